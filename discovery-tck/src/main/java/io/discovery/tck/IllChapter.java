package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher.Listener;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Connections that are ill rather than broken: slow, narrow, torn in the middle, deaf one way. */
interface IllChapter extends Chapter {
  /**
   * Everything takes a tenth of a second each way, for longer than the TTL: the registration stays,
   * the watch stays current, and an update arrives. Needs a Link with a delay. Check deadlines that
   * are shorter than a slow network.
   */
  @Test
  default void s206_theSlowNeverExpire() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    States states = stage.states(registration);
    Recorder own = stage.watch(registry, "orders");
    own.awaitPhase(Phase.CURRENT, stage.convergence());
    Recorder view = stage.observe("orders");
    link.delay(Duration.ofMillis(100));
    view.expectQuiet(stage.gone());
    stage.join(registration.update(before -> before.withWeight(2)));
    view.awaitExactly(stage.convergence(), registration.instance());
    own.awaitExactly(stage.convergence(), registration.instance());
    states.await(stage.convergence(), State.REGISTERED);
    stage.check(!own.phases().contains(Phase.STALE), "phases: " + own.phases());
  }

  /**
   * What the watcher asks is lost, what the store says unasked would still arrive: STALE within D,
   * for silence that cannot be questioned is no health. Needs a Link with lost requests. Check that
   * a proof of life is an answer to a question, and has a deadline.
   */
  @Test
  default void s309_staleWhenNothingIsAsked() {
    Scenario stage = scenario();
    Link link = stage.link();
    ServiceInstance there = Scenario.instance("orders", "1");
    stage.register(stage.open(), there);
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitExactly(stage.convergence(), there);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    link.loseRequests();
    view.awaitPhase(Phase.STALE, stage.detection());
    view.awaitExactly(stage.convergence(), there);
    link.restore();
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    stage.check(view.mark() == 1, "the fault was seen: " + view.since(1));
  }

  /**
   * An instance comes while the watcher is cut off; at the moment at which CURRENT is told again,
   * the set with it has been delivered. Needs a Link. Check that nothing but a complete read ends
   * the doubt.
   */
  @Test
  default void s309_currentOnlyAfterTheReRead() {
    Scenario stage = scenario();
    Link link = stage.link();
    AtomicReference<List<ServiceInstance>> shown = new AtomicReference<>(List.of());
    List<List<ServiceInstance>> whenCurrent = new ArrayList<>(); // guarded by itself
    Listener listener =
        new Listener() {
          @Override
          public void onSnapshot(Snapshot snapshot) {
            shown.set(snapshot.instances());
          }

          @Override
          public void onStatus(Status status) {
            if (status.phase() == Phase.CURRENT) {
              synchronized (whenCurrent) {
                whenCurrent.add(shown.get());
              }
            }
          }
        };
    Registry reader = stage.open(link);
    reader.watch("orders", listener);
    Recorder view = stage.watch(reader, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    link.refuse();
    view.awaitPhase(Phase.STALE, stage.detection());
    ServiceInstance late = Scenario.instance("orders", "late");
    stage.register(stage.open(), late);
    link.restore();
    stage.await(
        "CURRENT twice",
        stage.convergence(),
        () -> {
          synchronized (whenCurrent) {
            return whenCurrent.size() == 2;
          }
        });
    synchronized (whenCurrent) {
      stage.check(
          whenCurrent.equals(List.of(List.of(), List.of(late))),
          "shown when CURRENT was told: " + whenCurrent);
    }
  }

  /**
   * Twenty times an instance registers at the very moment at which the watcher's connection is cut;
   * none is missed. Needs a Link. Check for changes lost between the read after a reconnect and the
   * stream.
   */
  @Test
  default void s303_nothingIsMissedDuringAReconnect() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry writer = stage.open();
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(writer.register(Scenario.instance("orders", "id-" + i)));
      link.cut();
      all.get(i).awaitRegistered(stage.convergence());
    }
    ServiceInstance[] expected =
        all.stream().map(Registration::instance).toArray(ServiceInstance[]::new);
    view.awaitExactly(stage.convergence().multipliedBy(2), expected);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
  }

  /**
   * The connection of a reader is cut after ever more bytes of the answer: a list is complete or
   * fails, and the first set of a watch is complete. Needs a Link with a byte limit. Check that the
   * end of a connection is never taken for the end of an answer.
   */
  @Test
  default void s401_aTornAnswerIsNoAnswer() {
    Scenario stage = scenario();
    Link link = stage.link();
    ServiceInstance[] all = fill(30);
    Registry reader = stage.open(link);
    stage.watch(reader, "warm-up").awaitPhase(Phase.CURRENT, stage.convergence());
    for (int bytes = 0; bytes <= 6_000; bytes += 500) {
      link.cutAfter(bytes);
      expectAllOrFailure(reader, all);
      link.restore();
    }
    link.cutAfter(2_000);
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitExactly(stage.convergence(), all);
    stage.check(view.mark() == 1, "shown piecemeal: " + view.since(0));
  }

  /**
   * Answers trickle in, slower than a read may take: a list is complete or fails, within its
   * timeout. Needs a Link with a throttle. Check that a read has one deadline, not one for each
   * part.
   */
  @Test
  default void s401_aTrickleIsNoAnswer() {
    Scenario stage = scenario();
    Link link = stage.link();
    ServiceInstance[] all = fill(200);
    Registry reader = stage.open(link);
    stage.watch(reader, "warm-up").awaitPhase(Phase.CURRENT, stage.convergence());
    link.throttle(20_000);
    long start = System.nanoTime();
    expectAllOrFailure(reader, all);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    stage.check(took.toMillis() < 2_500, "the read took " + took + " (expected: at most 2 s)");
    link.restore();
    stage.watch(reader, "orders").awaitExactly(stage.convergence(), all);
  }

  private void expectAllOrFailure(Registry reader, ServiceInstance[] all) {
    Scenario stage = scenario();
    try {
      List<ServiceInstance> listed = reader.list("orders", Duration.ofSeconds(2)).instances();
      List<ServiceInstance> expected = Difference.sorted(all);
      stage.check(listed.equals(expected), "listed: " + Difference.describe(expected, listed));
    } catch (DiscoveryException failed) {
      // The other thing that it may do.
    }
  }

  /** Registers so many instances of half a kilobyte and returns them. */
  private ServiceInstance[] fill(int count) {
    Scenario stage = scenario();
    Registry writer = stage.open();
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServiceInstance instance = Scenario.instance("orders", "id-" + i);
      all.add(
          writer.register(
              instance.withMetadata("payload", "x".repeat(400)), Duration.ofMinutes(1)));
    }
    all.forEach(registration -> registration.awaitRegistered(stage.convergence()));
    return all.stream().map(Registration::instance).toArray(ServiceInstance[]::new);
  }
}
