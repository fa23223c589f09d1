package io.discovery.tck;

import io.discovery.Change;
import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The contract on a store of three members, while these die, freeze, are cut off and come back:
 * registrations stay, nobody vanishes from a view, and a view that cannot see says so. A backend's
 * test class extends this.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
public abstract class DiscoveryClusters {
  private static final String SERVICE = "orders";

  private ServerCluster cluster;
  private Scenario scenario;
  private Registration registration;
  private Recorder view;
  private int version;

  /**
   * Starts the cluster. May abort by JUnit's {@code Assumptions} when there is no such store on
   * this machine.
   */
  protected abstract ServerCluster launchCluster();

  /** Returns how to reach the store; the kit adds endpoints, namespace and TTL. */
  protected abstract RegistryConfig config();

  /** Returns the bounds of the backend on a cluster: C includes the election of a leader. */
  protected abstract Bounds bounds();

  @BeforeAll
  final void openCluster() {
    cluster = launchCluster();
  }

  @AfterAll
  final void closeCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  final void openScenario(TestInfo test) {
    cluster.start();
    scenario = new Scenario(new Whole(), test.getTestMethod().orElseThrow().getName());
    registration =
        scenario.register(scenario.open(), Scenario.instance(SERVICE, "a").withMetadata("v", "0"));
    view = scenario.watch(scenario.open(), SERVICE);
    view.awaitExactly(scenario.convergence(), registration.instance());
  }

  @AfterEach
  final void closeScenario() {
    cluster.start();
    scenario.close();
  }

  /** If this fails: how does the client find the members that are left, and how soon? */
  @Test
  final void s310_leaderIsKilled() {
    Server leader = cluster.members().get(cluster.leader());
    leader.kill();
    expectUpdateIsSeen();
    leader.start();
    expectUpdateIsSeen();
    expectNobodyVanished();
  }

  /**
   * A frozen member keeps its connections and answers nothing; whoever uses it must notice and go
   * to another. If this fails: is each call bounded, and does the next one go elsewhere?
   */
  @Test
  final void s309_membersAreFrozen() {
    for (int frozen : List.of(cluster.leader(), (cluster.leader() + 1) % 3)) {
      Recorder tied = watchBy(frozen);
      Server member = cluster.members().get(frozen);
      member.pause();
      tied.awaitPhase(Phase.STALE, scenario.detection());
      expectUpdateIsSeen();
      member.resume();
      tied.awaitExactly(scenario.convergence(), registration.instance());
      tied.awaitPhase(Phase.CURRENT, scenario.convergence());
      tied.close();
    }
    expectNobodyVanished();
  }

  /**
   * A member cut off from the others answers its clients, but no longer for the store, and a leader
   * among them may not know at once. If this fails: does a proof of life ask the quorum, or only
   * the member, and does a client whose member has no leader go to another?
   */
  @Test
  final void s309_minorityIsCutOff() {
    int leader = cluster.leader();
    expectIsolationIsNoticed(leader);
    int follower = (cluster.leader() + 1) % 3;
    expectIsolationIsNoticed(follower);
    expectNobodyVanished();
  }

  private void expectIsolationIsNoticed(int member) {
    Recorder tied = watchBy(member);
    cluster.isolate(member);
    tied.awaitPhase(Phase.STALE, scenario.detection());
    expectUpdateIsSeen();
    cluster.start();
    tied.awaitExactly(scenario.convergence(), registration.instance());
    tied.awaitPhase(Phase.CURRENT, scenario.convergence());
    expectNobodyVanished(tied);
    tied.close();
  }

  /** An upgrade. If this fails: what was lost with which member? */
  @Test
  final void s310_membersRestartInTurn() {
    for (Server member : cluster.members()) {
      member.stop();
      expectUpdateIsSeen();
      member.start();
    }
    expectUpdateIsSeen();
    expectNobodyVanished();
  }

  /**
   * One member of three answers, but not for the store. If this fails: does a proof of life ask the
   * quorum, or only the member?
   */
  @Test
  final void s310_quorumIsLost() {
    int leader = cluster.leader();
    Server first = cluster.members().get(leader);
    Server second = cluster.members().get((leader + 1) % 3);
    first.kill();
    second.kill();
    view.awaitPhase(Phase.STALE, scenario.detection());
    scenario.expectFailure(
        DiscoveryException.class,
        "a list without a quorum",
        () -> scenario.observer().list(SERVICE, scenario.detection()));
    view.expectQuiet(scenario.gone());
    CompletableFuture<Void> pending = update();
    cluster.start();
    scenario.join(pending);
    view.awaitExactly(scenario.convergence(), registration.instance());
    view.awaitPhase(Phase.CURRENT, scenario.convergence());
    expectNobodyVanished();
  }

  private Recorder watchBy(int member) {
    Registry tied = scenario.open(scenario.config().withEndpoints(cluster.endpoints().get(member)));
    Recorder recorder = scenario.watch(tied, SERVICE);
    recorder.awaitPhase(Phase.CURRENT, scenario.convergence());
    return recorder;
  }

  private CompletableFuture<Void> update() {
    String next = Integer.toString(++version);
    return registration.update(instance -> instance.withMetadata("v", next));
  }

  private void expectUpdateIsSeen() {
    scenario.join(update());
    ServiceInstance updated = registration.instance();
    view.awaitExactly(scenario.convergence(), updated);
    view.awaitPhase(Phase.CURRENT, scenario.convergence());
    // One list may ask the member that is frozen, and fail; the next asks another.
    scenario.awaitListed(SERVICE, scenario.convergence(), updated);
  }

  private void expectNobodyVanished() {
    expectNobodyVanished(view);
    scenario.check(
        registration.state() == Registration.State.REGISTERED, "not registered: " + registration);
  }

  private void expectNobodyVanished(Recorder from) {
    for (Change change : from.since(0)) {
      scenario.check(!(change instanceof Change.Removed), "vanished from a view: " + change);
    }
  }

  /** The cluster as a fixture that cannot be hurt as a whole. */
  private final class Whole implements Fixture {
    @Override
    public RegistryConfig config() {
      return DiscoveryClusters.this
          .config()
          .withEndpoints(cluster.endpoints().toArray(String[]::new));
    }

    @Override
    public Bounds bounds() {
      return DiscoveryClusters.this.bounds();
    }
  }
}
