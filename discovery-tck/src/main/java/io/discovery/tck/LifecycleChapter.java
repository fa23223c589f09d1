package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
   * In a black hole {@code close} returns within 5 s. Needs a Link with a black hole. Check every
   * wait in shutdown.
   */
  @Test
  default void s501_closeInABlackHole() {
    closeUnder(Link::blackHole);
  }

  /**
   * With connections refused {@code close} returns within 5 s. Needs a Link. Check every wait in
   * shutdown.
   */
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

  /**
   * A registry is closed while it waits to reach the store again; the store comes back, and neither
   * a connection nor a log line follows. Needs a Link with a counter. Check timers that outlive
   * shutdown, in the client library too.
   */
  @Test
  default void s502_nothingFollowsClose() {
    Scenario stage = scenario();
    stage.needLog();
    Link link = stage.link();
    Registry registry = stage.open(link);
    stage.register(registry, Scenario.instance("orders", "1"));
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    link.refuse();
    view.awaitPhase(Phase.STALE, stage.detection());
    registry.close();
    link.restore();
    long before = link.connections();
    try (LogLines lines = new LogLines()) {
      view.expectQuiet(Scenario.QUIET.multipliedBy(3));
      long more = link.connections() - before;
      stage.check(more == 0, more + " connections after close");
      stage.check(lines.all().isEmpty(), "logged after close: " + lines.all());
    }
  }

  private void closed(String call, Runnable action) {
    scenario().expectFailure(IllegalStateException.class, call + " after close", action);
  }

  /**
   * Thirty cycles of open, register, watch, close: no thread and no file handle stays, and the
   * count of its threads is what it was before. Check what {@code shutdown} leaves behind.
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
    // Neither opened nor watched by the scenario, which would hold both until its end.
    Registry registry = Registries.open(stage.config());
    try (registry) {
      Recorder view = new Recorder(stage.rule());
      view.follows(registry.watch("orders", view));
      ServiceInstance instance = Scenario.instance("orders", "1");
      stage.register(registry, instance);
      view.awaitExactly(stage.convergence(), instance);
    }
    stage.awaitNoThread(registry, stage.convergence());
  }

  /**
   * The store's own counts return to what they were. Needs a Census. Check that shutdown ends
   * leases, sessions and connections.
   */
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
   * A program registers, watches and returns from {@code main} without closing anything: its JVM
   * exits by itself. Check for threads that are no daemons, also those that start only later.
   */
  @Test
  default void s504_theJvmExitsByItself() throws IOException, InterruptedException {
    Scenario stage = scenario();
    RegistryConfig config = stage.config();
    Process guest =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Ddiscovery.backend=" + config.backend().orElseThrow(),
                "-Ddiscovery.endpoints=" + String.join(",", config.endpoints()),
                "-Ddiscovery.namespace=" + config.namespace(),
                "-Ddiscovery.ttl=" + config.ttl(),
                "-cp",
                System.getProperty("java.class.path"),
                Guest.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(() -> read(guest.getInputStream()));
      // A JVM and two waits of ten seconds; who does not exit by itself never does.
      boolean exited = guest.waitFor(40, TimeUnit.SECONDS);
      stage.check(exited, "the JVM did not exit by itself");
      if (guest.exitValue() == Guest.CANNOT) {
        stage.skip("the store is out of another JVM's reach: " + output.join().strip());
      }
      stage.check(output.join().contains("REGISTERED true"), "its output: " + output.join());
    } finally {
      guest.destroyForcibly();
    }
  }

  private static String read(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
