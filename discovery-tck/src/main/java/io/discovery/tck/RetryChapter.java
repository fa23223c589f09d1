package io.discovery.tck;

import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rule 3.18: who waits for a store that is away, tries again soon, seldom, and not all at once. */
interface RetryChapter extends Chapter {
  long NOTICED_LATE_MILLIS = 500;

  /**
   * Connections are refused: the first retry comes within a second, and those after it become rare.
   * Needs a Link. Check that the backend makes one attempt and reports how it ended: retrying is
   * the engine's.
   */
  @Test
  default void s318_retriesComeSoonAndThenSeldom() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    long before = registry.stats().subscriptions();
    link.refuse();
    view.awaitPhase(Phase.STALE, stage.detection());
    // A second, and what it takes to do it.
    stage.await(
        "a first retry", Duration.ofMillis(1_500), () -> registry.stats().subscriptions() > before);
    view.expectQuiet(Duration.ofSeconds(4));
    long attempts = registry.stats().subscriptions() - before;
    stage.check(attempts <= 12, attempts + " attempts in about five seconds");
    link.restore();
    view.awaitPhase(Phase.CURRENT, stage.convergence());
  }

  /**
   * The store is dead, while what leads to it is not: a registry with a registration and a watch
   * knocks seldom. Needs a Server and a Link with a counter. Check the retries that a client
   * library makes by itself.
   */
  @Test
  default void s318_aDeadStoreIsSeldomKnockedAt() {
    Scenario stage = scenario();
    Server server = stage.server();
    Link link = stage.link();
    Registry registry = stage.open(link);
    stage.register(registry, Scenario.instance("orders", "1"));
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    server.kill();
    view.awaitPhase(Phase.STALE, stage.detection());
    long before = link.connections();
    view.expectQuiet(Duration.ofSeconds(4));
    long knocks = link.connections() - before;
    stage.check(knocks <= 40, knocks + " connections tried in about four seconds");
    server.start();
    view.awaitPhase(Phase.CURRENT, stage.convergence());
  }

  /**
   * Forty registries watch one service when the server restarts: at most half of them read again
   * within a second of its being ready, and all are back in time. Needs a Server. Check that a
   * backend says that the store is reachable and leaves it to the engine when to read.
   */
  @Test
  default void s318_theHerdIsSpread() {
    Scenario stage = scenario();
    Server server = stage.server();
    ServiceInstance there = Scenario.instance("orders", "1");
    stage.register(stage.open(), there);
    List<Recorder> herd = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      herd.add(stage.watch(stage.open(), "orders"));
    }
    herd.forEach(view -> view.awaitPhase(Phase.CURRENT, stage.convergence()));
    server.stop();
    herd.forEach(view -> view.awaitPhase(Phase.STALE, stage.detection()));
    // Away for long enough that the first retries, which come within a second, have failed.
    herd.get(0).expectQuiet(Duration.ofSeconds(3));
    server.start();
    long ready = System.nanoTime();
    Map<Watcher, Long> back = new LinkedHashMap<>();
    stage.await(
        "the whole herd is back",
        stage.convergence(),
        () -> {
          for (Recorder view : herd) {
            if (view.watcher().status().phase() == Phase.CURRENT) {
              back.putIfAbsent(view.watcher(), System.nanoTime());
            }
          }
          return back.size() == herd.size();
        });
    List<Long> millis = back.values().stream().map(at -> (at - ready) / 1_000_000).toList();
    // Among forty that knock, the fixture learns late that the store answers: that long is left out
    // of the second. How exactly clients spread is proven in virtual time, by the engine's tests.
    long early = millis.stream().filter(at -> at <= 1_000 - NOTICED_LATE_MILLIS).count();
    stage.check(
        early <= herd.size() / 2,
        early + " of " + herd.size() + " came in the first second; all, in ms: " + millis);
    herd.forEach(view -> view.awaitExactly(stage.convergence(), there));
  }
}
