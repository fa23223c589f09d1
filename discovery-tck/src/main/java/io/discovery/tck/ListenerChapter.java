package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.Watcher.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Rules 3.14 and 3.15: listeners are guests, and guests are asked to leave once. */
interface ListenerChapter extends Chapter {
  /** Whatever a listener throws, the next news still comes, and it was counted. Engine only. */
  @Test
  default void s314_exceptionsAreContained() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    registration.onState(
        state -> {
          throw new IllegalStateException("a guest's exception, on purpose");
        });
    AtomicInteger snapshots = new AtomicInteger();
    stage
        .observer()
        .watch(
            "orders",
            new Watcher.Listener() {
              @Override
              public void onSnapshot(Snapshot snapshot) {
                snapshots.incrementAndGet();
                throw new AssertionError("a guest's error, on purpose");
              }

              @Override
              public void onStatus(Status status) {
                throw new IllegalStateException("a guest's exception, on purpose");
              }
            });
    stage.await("the first set", stage.convergence(), () -> snapshots.get() == 1);
    stage.join(registration.update(before -> before.withWeight(2)));
    stage.await("the second set", stage.convergence(), () -> snapshots.get() == 2);
    stage.await(
        "two failures counted",
        stage.convergence(),
        () -> stage.observer().stats().listenerFailures() >= 2);
  }

  /**
   * Five listeners block; another watcher of the same registry gets its news, registrations of that
   * registry outlive their TTL, and closing is not held up. Check that nothing of the backend runs
   * on listener threads, nor listeners on its.
   */
  @Test
  default void s314_theBlockedDelayNobody() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    CountDownLatch never = new CountDownLatch(1);
    try {
      CountDownLatch blocked = new CountDownLatch(5);
      for (int i = 0; i < 5; i++) {
        registry.watch(
            "orders",
            snapshot -> {
              blocked.countDown();
              WatchChapter.awaitQuietly(never);
            });
      }
      stage.await("five blocked listeners", stage.convergence(), () -> blocked.getCount() == 0);
      Recorder free = stage.watch(registry, "orders");
      free.awaitExactly(stage.convergence(), registration.instance());
      stage.join(registration.update(before -> before.withWeight(2)));
      free.awaitExactly(stage.convergence(), registration.instance());
      free.expectQuiet(stage.gone());
      stage.expectListed("orders", registration.instance());
      long start = System.nanoTime();
      registry.close();
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      stage.check(took.toMillis() < 5_000, "close took " + took + " with blocked listeners");
      stage.expectListed("orders");
    } finally {
      never.countDown();
    }
  }

  /**
   * Inside one callback: list, services, register and wait, update, watch, close itself. All of it
   * works. Check for locks held and threads shared while listeners run.
   */
  @Test
  default void s314_anyCallIsLegalInsideACallback() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    ServiceInstance first = Scenario.instance("orders", "1");
    stage.register(registry, first);
    AtomicReference<Watcher> self = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    CompletableFuture<List<ServiceInstance>> outcome = new CompletableFuture<>();
    self.set(
        registry.watch(
            "orders",
            snapshot -> {
              try {
                WatchChapter.awaitQuietly(known);
                registry.services(stage.convergence());
                Registration second = registry.register(first.withId("2"));
                second.awaitRegistered(stage.convergence());
                second.update(before -> before.withWeight(2)).join();
                try (Watcher inner = registry.watch("orders")) {
                  stage.check(inner.next(stage.convergence()).isPresent(), "no set inside");
                }
                outcome.complete(registry.list("orders", stage.convergence()).instances());
                self.get().close();
              } catch (RuntimeException | Error e) {
                outcome.completeExceptionally(e);
              }
            }));
    known.countDown();
    stage.join(outcome);
    stage.check(
        outcome.join().equals(List.of(first, first.withId("2").withWeight(2))),
        "listed: " + outcome.join());
  }

  /**
   * Thirty watchers close in the midst of changes, from various threads; the recorders see no
   * callback begin after that. Engine only.
   */
  @Test
  default void s315_noCallbackBeginsAfterClose() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    for (int i = 0; i < 30; i++) {
      String round = Integer.toString(i);
      Recorder view = stage.watch(stage.observer(), "orders");
      CompletableFuture<Void> update =
          registration.update(before -> before.withMetadata("n", round));
      view.close();
      view.close();
      stage.join(update);
    }
    stage.observe("orders").expectQuiet(Scenario.QUIET);
  }

  /**
   * A closed watcher says so: CLOSED, and {@code next} fails, also for one who waits. Engine only.
   */
  @Test
  default void s315_aClosedWatcherSaysSo() {
    Scenario stage = scenario();
    Watcher watcher = stage.observer().watch("orders");
    watcher.next(stage.convergence());
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> watcher.next(Duration.ofMinutes(1)));
    watcher.close();
    stage.check(watcher.status().phase() == Watcher.Phase.CLOSED, "status " + watcher.status());
    stage.await(
        "the end of a waiting next()", stage.convergence(), waiting::isCompletedExceptionally);
    stage.expectFailure(
        IllegalStateException.class, "next after close", () -> watcher.next(Duration.ofSeconds(1)));
  }

  /**
   * A registration's listener is told the present state first, then each one in order. Engine only.
   */
  @Test
  default void s207_stateListenersMissNothing() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    States states = stage.states(registration);
    states.await(stage.convergence(), State.REGISTERED);
    registration.close();
    states.await(stage.convergence(), State.REGISTERED, State.CLOSED);
  }
}
