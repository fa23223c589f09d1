package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Chapter 5, lifecycle: what is opened is closed, all of it, in time. */
interface LifecycleChapter extends Chapter {
  /**
   * A registry with registrations and watches closes: its records are gone when {@code close}
   * returns, and its state says so. Check that shutdown releases what is still owned.
   */
  @Test
  default void s501_closeDeregistersEverything() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(stage.register(registry, Scenario.instance("orders", "id-" + i)));
    }
    Recorder view = stage.observe("orders");
    Recorder own = stage.watch(registry, "orders");
    own.awaitPhase(Phase.CURRENT, stage.convergence());
    registry.close();
    stage.expectListed("orders");
    view.awaitExactly(stage.convergence());
    all.forEach(registration -> stage.awaitState(registration, State.CLOSED, stage.convergence()));
    stage.check(own.watcher().status().phase() == Phase.CLOSED, "status " + own.watcher().status());
  }

  /**
   * In a black hole {@code close} returns within 5 s. Needs a Link. Check every wait in shutdown.
   */
  @Test
  default void s501_closeInABlackHole() {
    closeUnder(Link::blackHole);
  }

  /** With connections refused {@code close} returns within 5 s. Needs a Link. */
  @Test
  default void s501_closeWhileRefused() {
    closeUnder(Link::refuse);
  }

  private void closeUnder(Consumer<Link> fault) {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    stage.watch(registry, "orders").awaitPhase(Phase.CURRENT, stage.convergence());
    fault.accept(link);
    long start = System.nanoTime();
    registry.close();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    stage.check(took.toMillis() <= 5_000, "close took " + took);
    stage.awaitNoThread(registry, stage.convergence());
    stage.check(registration.state() == State.CLOSED, "state " + registration.state());
    stage.awaitListed("orders", stage.gone());
  }

  /** Three threads close at once, and again later; all return. Engine only. */
  @Test
  default void s501_closeTwiceAndTogether() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    stage.register(registry, Scenario.instance("orders", "1"));
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      closing.add(CompletableFuture.runAsync(registry::close));
    }
    closing.forEach(stage::join);
    registry.close();
    stage.expectListed("orders");
  }

  /** After close every call fails the same way, and nothing is called back. Engine only. */
  @Test
  default void s502_afterCloseEveryCallFails() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    registry.close();
    Duration second = Duration.ofSeconds(1);
    closed("register", () -> registry.register(Scenario.instance("orders", "2")));
    closed("watch", () -> registry.watch("orders"));
    closed("list", () -> registry.list("orders", second));
    closed("services", () -> registry.services(second));
    closed("update", () -> stage.join(registration.update(before -> before)));
    closed("awaitRegistered", () -> registration.awaitRegistered(second));
    closed("next", () -> view.watcher().next(second));
    registration.close();
    view.close();
    stage.register(stage.open(), Scenario.instance("orders", "3"));
    view.expectQuiet(Scenario.QUIET);
  }

  private void closed(String call, Runnable action) {
    scenario().expectFailure(IllegalStateException.class, call + " after close", action);
  }

  /**
   * Thirty cycles of open, register, watch, close: no thread and no file handle stays, and the
   * store counts what it counted before. Uses a Census where there is one. Check what {@code
   * shutdown} leaves behind.
   */
  @Test
  default void s503_cyclesLeaveNothingBehind() {
    Scenario stage = scenario();
    for (int i = 0; i < 5; i++) {
      cycle(stage);
    }
    long handles = openHandles();
    int threads = Thread.activeCount();
    for (int i = 0; i < 30; i++) {
      cycle(stage);
    }
    stage.awaitCount("threads", Thread::activeCount, 0, threads + 5);
    stage.awaitCount("file handles", LifecycleChapter::openHandles, 0, handles + 10);
  }

  static void cycle(Scenario stage) {
    Registry registry = stage.open();
    Recorder view = stage.watch(registry, "orders");
    ServiceInstance instance = Scenario.instance("orders", "1");
    stage.register(registry, instance);
    view.awaitExactly(stage.convergence(), instance);
    registry.close();
    stage.awaitNoThread(registry, stage.convergence());
  }

  /** The store's own counts return to what they were. Needs a Census. */
  @Test
  default void s503_theStoreCountsNothingMore() {
    Scenario stage = scenario();
    stage.observe("orders");
    cycle(stage);
    long owners = stage.owners();
    for (int i = 0; i < 5; i++) {
      cycle(stage);
    }
    stage.awaitCount("owners", stage::owners, 0, owners);
    long connections = stage.connections();
    for (int i = 0; i < 5; i++) {
      cycle(stage);
    }
    stage.awaitCount("connections", stage::connections, 0, connections);
  }

  /**
   * All threads that a busy registry adds are daemons with names that say whose they are. Check
   * thread factories, those of the client library included.
   */
  @Test
  default void s504_threadsAreDaemonsWithNames() {
    Scenario stage = scenario();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Registry registry = stage.open();
    stage.register(registry, Scenario.instance("orders", "1"));
    stage.watch(registry, "orders").awaitPhase(Phase.CURRENT, stage.convergence());
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread)) {
        stage.check(thread.isDaemon(), "thread '" + thread.getName() + "' is no daemon");
        stage.check(
            !thread.getName().matches("Thread-\\d+|pool-\\d+-thread-\\d+"),
            "thread '" + thread.getName() + "' says nothing");
      }
    }
  }

  /**
   * A registry with thirty registrations and ten watches has one connection. Needs a Census that
   * counts connections. Check for clients made per call.
   */
  @Test
  default void s505_oneConnectionPerRegistry() {
    Scenario stage = scenario();
    stage.observe("orders");
    long before = stage.connections();
    Registry registry = stage.open();
    for (int i = 0; i < 30; i++) {
      stage.register(registry, Scenario.instance("orders", "id-" + i));
    }
    for (int i = 0; i < 10; i++) {
      stage.watch(registry, "service-" + i).awaitPhase(Phase.CURRENT, stage.convergence());
    }
    long more = stage.connections() - before;
    stage.check(more == 1, more + " connections (expected: one)");
  }

  static long openHandles() {
    String[] handles = new File("/proc/self/fd").list();
    return handles == null ? 0 : handles.length;
  }
}
