package io.discovery.tck;

import io.discovery.Change;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Chapter 3, watching a store in trouble: the last known truth, and the fact that it is old. */
interface OutageChapter extends Chapter {
  /** A cut without changes is silent. Needs a Link. Check what is shown after the re-read. */
  @Test
  default void s307_aCutWithoutChangesIsSilent() {
    silentAfter(Link::cut);
  }

  /**
   * An orderly end of the connection without changes is silent. Needs a Link. Check what is shown
   * after the re-read.
   */
  @Test
  default void s307_anOrderlyEndWithoutChangesIsSilent() {
    silentAfter(Link::finish);
  }

  /**
   * A refused connection, then a good one, without changes, is silent. Needs a Link. Check what is
   * shown after the re-read.
   */
  @Test
  default void s307_anOutageWithoutChangesIsSilent() {
    silentAfter(
        link -> {
          link.refuse();
          link.restore();
        });
  }

  private void silentAfter(Consumer<Link> fault) {
    Scenario stage = scenario();
    Link link = stage.link();
    ServiceInstance there = Scenario.instance("orders", "1");
    stage.register(stage.open(), there);
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    for (int i = 0; i < 2; i++) {
      fault.accept(link);
      view.expectQuiet(Scenario.QUIET);
      view.awaitPhase(Phase.CURRENT, stage.convergence());
    }
    view.awaitExactly(stage.convergence(), there);
    stage.check(view.mark() == 1, view.mark() + " sets (expected: the first alone)");
  }

  /**
   * An addition, an update and a removal during an outage are one callback with exactly these.
   * Needs a Link. Check that the re-read is compared with what was shown.
   */
  @Test
  default void s307_anOutageWithChangesIsOneCallback() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry writer = stage.open();
    Registration leaves = stage.register(writer, Scenario.instance("orders", "leaves"));
    Registration changes = stage.register(writer, Scenario.instance("orders", "changes"));
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    ServiceInstance before = changes.instance();
    int mark = view.mark();
    link.refuse();
    view.awaitPhase(Phase.STALE, stage.detection());
    stage.join(changes.update(i -> i.withWeight(9)));
    Registration arrives = stage.register(writer, Scenario.instance("orders", "arrives"));
    leaves.close();
    link.restore();
    view.awaitExactly(stage.convergence(), changes.instance(), arrives.instance());
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    List<Change> expected =
        List.of(
            new Change.Added(arrives.instance()),
            new Change.Updated(before, changes.instance()),
            new Change.Removed(leaves.instance()));
    stage.check(view.since(mark).equals(expected), "changes: " + view.since(mark));
    stage.check(view.mark() == mark + 1, view.mark() - mark + " callbacks (expected: one)");
  }

  /**
   * Ten rounds of changes under double cuts: every other round the second cut hits while the watch
   * recovers from the first. In the end it equals a fresh list. Needs a Link. Check that a watch
   * never resumes from a position it has not caught up to.
   */
  @Test
  default void s308_doubleCutsLoseNothing() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry writer = stage.open();
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    List<Registration> open = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      link.cut();
      for (int k = 0; k < 10; k++) {
        open.add(stage.register(writer, Scenario.instance("orders", "id-" + i + "-" + k)));
        if (k == 5) {
          link.cut();
        }
      }
      open.remove(0).close();
      link.finish();
      if (i % 2 == 1) {
        view.awaitPhase(Phase.CURRENT, stage.convergence());
      }
    }
    ServiceInstance[] left =
        open.stream().map(Registration::instance).toArray(ServiceInstance[]::new);
    stage.awaitListed("orders", stage.convergence(), left);
    view.awaitExactly(stage.convergence().multipliedBy(2), left);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
  }

  /**
   * The server restarts, gracefully and by a crash, while instances come and go; the watch recovers
   * and equals a fresh list. Needs a Server. Check reconnecting, and what is read after it.
   */
  @Test
  default void s308_theWatchSurvivesRestarts() {
    Scenario stage = scenario();
    Server server = stage.server();
    Registry writer = stage.open();
    Recorder view = stage.observe("orders");
    Registration first = stage.register(writer, Scenario.instance("orders", "1"));
    server.restart();
    Registration second = writer.register(Scenario.instance("orders", "2"));
    view.awaitExactly(stage.gone().plus(stage.convergence()), first.instance(), second.instance());
    server.kill();
    first.close();
    server.start();
    view.awaitExactly(stage.gone().plus(stage.convergence()), second.instance());
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    stage.expectListed("orders", second.instance());
  }

  /**
   * Refused: STALE within D, with a cause; CURRENT after. Needs a Link. Check that the end of a
   * connection ends its subscriptions.
   */
  @Test
  default void s309_staleWhenRefused() {
    staleDuring(stage -> linked(stage, Link::refuse));
  }

  /**
   * Half open: the connection stays and carries nothing. STALE within D all the same. Needs a Link
   * with a black hole. Check that liveness is proven over the stream's own connection.
   */
  @Test
  default void s309_staleWhenHalfOpen() {
    staleDuring(stage -> linked(stage, Link::blackHole));
  }

  /**
   * The server process is frozen: STALE within D. Needs a Server. Check that a proof of life has a
   * deadline.
   */
  @Test
  default void s309_staleWhenTheServerIsFrozen() {
    staleDuring(
        stage -> {
          Server server = stage.server();
          return new Fault(stage.open(), server::pause, server::resume);
        });
  }

  /**
   * The server is stopped: STALE within D. Needs a Server. Check that the end of a connection ends
   * its subscriptions.
   */
  @Test
  default void s309_staleWhenTheServerIsStopped() {
    staleDuring(
        stage -> {
          Server server = stage.server();
          return new Fault(stage.open(), server::stop, server::start);
        });
  }

  /** A registry with a fault that can be brought about. */
  record Fault(Registry registry, Runnable begin, Runnable end) {}

  private static Fault linked(Scenario stage, Consumer<Link> fault) {
    Link link = stage.link();
    return new Fault(stage.open(link), () -> fault.accept(link), link::restore);
  }

  private void staleDuring(Function<Scenario, Fault> make) {
    Scenario stage = scenario();
    Fault fault = make.apply(stage);
    ServiceInstance there = Scenario.instance("orders", "1");
    stage.register(stage.open(), there);
    Recorder view = stage.watch(fault.registry, "orders");
    view.awaitExactly(stage.convergence(), there);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    fault.begin.run();
    view.awaitPhase(Phase.STALE, stage.detection());
    Status status = view.watcher().status();
    stage.check(status.cause().isPresent(), "STALE without a cause");
    Snapshot shown = view.watcher().current().orElseThrow();
    stage.check(shown.instances().equals(List.of(there)), "last known good: " + shown);
    fault.end.run();
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    view.awaitExactly(stage.convergence(), there);
  }

  /**
   * An outage of the reader longer than every TTL changes nothing it shows. Needs a Link with a
   * black hole. Check that the end of a session or stream is never shown as an empty set.
   */
  @Test
  default void s310_lastKnownGoodOutlivesEveryTtl() {
    Scenario stage = scenario();
    Link link = stage.link();
    ServiceInstance there = Scenario.instance("orders", "1");
    stage.register(stage.open(), there);
    Registry reader = stage.open(link);
    stage.register(reader, Scenario.instance("others", "1"));
    Recorder view = stage.watch(reader, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    link.blackHole();
    view.expectQuiet(stage.gone());
    link.refuse();
    view.expectQuiet(Scenario.QUIET);
    stage.check(
        view.watcher().current().orElseThrow().instances().equals(List.of(there)), "changed");
    link.restore();
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    stage.check(view.mark() == 1, "the outage was seen: " + view.since(1));
  }

  /**
   * A majority of the store's members ends: the status says so, and nothing shown changes for
   * longer than every TTL. When the members are back, so are watch and registration. Needs a
   * Quorum. Check that a store without a quorum is an outage, not an empty store.
   */
  @Test
  default void s310_lastKnownGoodOutlivesTheQuorum() {
    Scenario stage = scenario();
    Quorum quorum = stage.quorum();
    Registry registry = stage.open(stage.prepare(quorum.config()));
    Registration registration = registry.register(Scenario.instance("orders", "1"));
    registration.awaitRegistered(stage.convergence().multipliedBy(2));
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    quorum.loseMajority();
    view.awaitPhase(Phase.STALE, stage.detection());
    view.expectQuiet(stage.gone());
    quorum.restore();
    view.awaitPhase(Phase.CURRENT, stage.convergence().multipliedBy(2));
    stage.awaitState(
        registration, State.REGISTERED, stage.gone().plus(stage.convergence().multipliedBy(2)));
    view.awaitExactly(stage.convergence(), registration.instance());
  }
}
