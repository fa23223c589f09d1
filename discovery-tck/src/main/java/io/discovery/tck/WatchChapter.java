package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chapter 3, watching a healthy store: the truth, the whole truth, once. */
interface WatchChapter extends Chapter {
  /**
   * The first callback is the complete set, and empty if there is none. Check that a listing is
   * reported once, and whole.
   */
  @Test
  default void s301_theFirstCallbackIsComplete() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    ServiceInstance[] all =
        IntStream.range(0, 20)
            .mapToObj(i -> Scenario.instance("orders", "id-" + i))
            .toArray(ServiceInstance[]::new);
    for (ServiceInstance instance : all) {
      stage.register(registry, instance);
    }
    Recorder full = stage.observe("orders");
    stage.check(full.mark() == 1, full.mark() + " callbacks (expected: one, complete)");
    full.awaitExactly(stage.convergence(), all);
    Recorder empty = stage.observe("nobody");
    empty.awaitExactly(stage.convergence());
    stage.check(empty.watcher().current().isPresent(), "current() says that nothing is known");
  }

  /**
   * Without a store nothing is invented: CONNECTING with its cause, no snapshot; then the truth.
   * Needs a Link. Check that a failed read is an end, never an empty listing.
   */
  @Test
  default void s301_unreachableInventsNothing() {
    Scenario stage = scenario();
    ServiceInstance there = Scenario.instance("orders", "1");
    stage.register(stage.open(), there);
    Link link = stage.link();
    link.refuse();
    Recorder view = stage.watch(stage.open(link), "orders");
    view.expectQuiet(Scenario.QUIET);
    Watcher watcher = view.watcher();
    stage.check(watcher.status().phase() == Phase.CONNECTING, "status " + watcher.status());
    stage.check(watcher.current().isEmpty(), "invented: " + watcher.current());
    stage.await(
        "a cause in the status", stage.detection(), () -> watcher.status().cause().isPresent());
    link.restore();
    view.awaitExactly(stage.convergence(), there);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
  }

  /**
   * Twenty times: a watch begun after an acknowledged registration shows it in its first snapshot,
   * and after an acknowledged close does not, whether the view is new or shared. Check that the
   * first read is made after {@code watch}, and is not served by a lagging replica.
   */
  @Test
  default void s302_aFreshStartIsFresh() {
    Scenario stage = scenario();
    Registry writer = stage.open();
    Recorder shared = stage.observe("orders");
    for (int i = 0; i < 20; i++) {
      ServiceInstance instance = Scenario.instance("orders", "id-" + i);
      Registration registration = stage.register(writer, instance);
      expectFirst(List.of(instance));
      registration.close();
      expectFirst(List.of());
    }
    shared.awaitExactly(stage.convergence());
  }

  private void expectFirst(List<ServiceInstance> expected) {
    Scenario stage = scenario();
    try (Watcher watcher = stage.observer().watch("orders")) {
      Snapshot first =
          watcher
              .next(stage.convergence())
              .orElseThrow(() -> new AssertionError("rule 3.1: no first snapshot"));
      stage.check(
          first.instances().equals(expected),
          "first snapshot: " + Difference.describe(expected, first.instances()));
    }
  }

  /**
   * Watches begin one after the other while a hundred instances register and half of them leave;
   * each ends up equal to a fresh list. Check for changes lost between the first read and the
   * stream.
   */
  @Test
  default void s303_nothingIsMissedWhileTheWatchBegins() {
    Scenario stage = scenario();
    Registry writer = stage.open();
    List<Recorder> views = new ArrayList<>();
    List<Registration> kept = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Registration registration = writer.register(Scenario.instance("orders", "id-" + i));
      if (i % 10 == 5) {
        views.add(stage.watch(stage.open(), "orders"));
      }
      if (i % 2 == 0) {
        kept.add(registration);
      } else {
        registration.awaitRegistered(stage.convergence());
        registration.close();
      }
    }
    ServiceInstance[] left =
        kept.stream().map(Registration::instance).toArray(ServiceInstance[]::new);
    stage.awaitListed("orders", stage.convergence(), left);
    views.forEach(view -> view.awaitExactly(stage.convergence(), left));
  }

  /**
   * A counter in an instance's metadata goes up by updates; no watcher sees it go down. Check the
   * order of events, and reads that overtake them.
   */
  @Test
  default void s304_timeNeverRunsBackwards() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    AtomicInteger newest = new AtomicInteger(-1);
    AtomicInteger back = new AtomicInteger(-1);
    stage
        .observer()
        .watch(
            "orders",
            snapshot -> {
              int seen =
                  Integer.parseInt(snapshot.instances().get(0).metadata().getOrDefault("n", "0"));
              if (seen < newest.getAndSet(seen)) {
                back.set(seen);
              }
            });
    for (int i = 1; i <= 200; i++) {
      String n = Integer.toString(i);
      stage.join(registration.update(before -> before.withMetadata("n", n)));
    }
    stage.await("the last count", stage.convergence(), () -> newest.get() == 200);
    stage.check(back.get() < 0, "the count went back to " + back.get());
  }

  /**
   * Fifty changes of every kind; the recorder checks that each set differs from the one before by
   * exactly its changes, and the last equals a fresh list. Check the order of events, and what a
   * delta leaves out.
   */
  @Test
  default void s305_changesAreExact() {
    Scenario stage = scenario();
    Registry writer = stage.open();
    Recorder view = stage.observe("orders");
    List<Registration> open = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String round = Integer.toString(i);
      open.add(writer.register(Scenario.instance("orders", "id-" + round)));
      open.get(i / 3).update(before -> before.withMetadata("round", round)).join();
      if (i % 4 == 3) {
        open.remove(i / 4).close();
        open.add(writer.register(Scenario.instance("orders", "again-" + round)));
      }
    }
    ServiceInstance[] left =
        open.stream().map(Registration::instance).toArray(ServiceInstance[]::new);
    stage.awaitListed("orders", stage.convergence(), left);
    view.awaitExactly(stage.convergence(), left);
  }

  /** A listener that is slow skips sets, never the last. Engine only. */
  @Test
  default void s306_theSlowSeeTheLast() throws Exception {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    CountDownLatch goOn = new CountDownLatch(1);
    List<Snapshot> seen = new ArrayList<>();
    stage
        .observer()
        .watch(
            "orders",
            snapshot -> {
              synchronized (seen) {
                seen.add(snapshot);
              }
              awaitQuietly(goOn);
            });
    for (int i = 1; i <= 100; i++) {
      String n = Integer.toString(i);
      stage.join(registration.update(before -> before.withMetadata("n", n)));
    }
    Recorder fast = stage.observe("orders");
    fast.awaitExactly(stage.convergence(), registration.instance());
    goOn.countDown();
    stage.await(
        "the last set",
        stage.convergence(),
        () -> {
          synchronized (seen) {
            return !seen.isEmpty()
                && seen.get(seen.size() - 1).instances().equals(List.of(registration.instance()));
          }
        });
    synchronized (seen) {
      stage.check(seen.size() <= 3, seen.size() + " sets were kept for a slow listener");
    }
  }

  /** {@code next} returns the set, then waits for news, then returns the newest. Engine only. */
  @Test
  default void s306_nextWaitsForNews() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    try (Watcher watcher = stage.observer().watch("orders")) {
      stage.check(watcher.next(stage.convergence()).isPresent(), "no first set");
      stage.check(watcher.next(Duration.ofMillis(200)).isEmpty(), "news without a change");
      stage.join(registration.update(before -> before.withWeight(5)));
      Snapshot news =
          watcher
              .next(stage.convergence())
              .orElseThrow(() -> new AssertionError("rule 3.6: next() did not return the news"));
      stage.check(news.instances().get(0).weight() == 5, "next: " + news);
    }
  }

  /**
   * The last instance leaves a live watch: the empty set is shown. Check that the removal of the
   * last record, or of what held it, is reported.
   */
  @Test
  default void s311_trueEmptinessIsShown() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    registration.close();
    view.awaitExactly(stage.convergence());
    stage.check(
        view.watcher().current().orElseThrow().instances().isEmpty(), "current() is not empty");
  }

  /**
   * Watching what does not exist writes nothing: no record, no service, and a registration later is
   * shown. Check for parents created in passing.
   */
  @Test
  default void s316_aWatchLeavesNothingBehind() {
    Scenario stage = scenario();
    Recorder view = stage.observe("nobody");
    stage.check(
        stage.observer().services(stage.convergence()).isEmpty(),
        "the watch made the service appear");
    ServiceInstance late = Scenario.instance("nobody", "1");
    stage.register(stage.open(), late);
    view.awaitExactly(stage.convergence(), late);
  }

  /**
   * Ten watchers of a service are one watch of the store, and none when all have closed. Needs a
   * Census that counts watches. Check that closing a subscription releases it on the server.
   */
  @Test
  default void s316_oneWatchHoweverManyWatchers() {
    Scenario stage = scenario(); // without a record, which a backend may watch for its owner
    Registry registry = stage.open();
    stage.watch(registry, "warm-up").awaitPhase(Phase.CURRENT, stage.convergence());
    long before = stage.watches();
    List<Recorder> views =
        IntStream.range(0, 10).mapToObj(i -> stage.watch(registry, "orders")).toList();
    views.forEach(view -> view.awaitPhase(Phase.CURRENT, stage.convergence()));
    stage.awaitCount("watches", stage::watches, before + 1, before + 1);
    views.forEach(Recorder::close);
    stage.awaitCount("watches", stage::watches, before, before);
  }

  /**
   * A view is read again within the resync interval, unseen. The repair itself needs a store that
   * cheats; only that it looks is proven here. Engine only.
   */
  @Test
  default void s317_viewsAreReadAgain() {
    Scenario stage = scenario();
    stage.register(stage.open(), Scenario.instance("orders", "1"));
    Registry registry = stage.open(stage.config().with("resync-interval", "1500ms"));
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    long before = registry.stats().subscriptions();
    view.expectQuiet(Scenario.QUIET.multipliedBy(2));
    stage.check(registry.stats().subscriptions() > before, "the view was not read again");
    stage.check(!view.phases().contains(Phase.STALE), "phases: " + view.phases());
  }

  static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
