package io.discovery.tck;

import com.sun.management.ThreadMXBean;
import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Chapter 4, reading: fresh and complete, or a failure. */
interface ReadingChapter extends Chapter {
  /**
   * A time to live in which nothing need be renewed: ten thousand would be renewed all the time.
   */
  Duration LASTING = Duration.ofMinutes(10);

  /**
   * While instances come and go, a list shows each acknowledged one, and {@code services} too.
   * Check for reads from a cache or a replica that lags.
   */
  @Test
  default void s401_listIsFreshAndComplete() {
    Scenario stage = scenario();
    Registry writer = stage.open();
    List<ServiceInstance> expected = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      expected.add(stage.register(writer, Scenario.instance("orders", "id-" + i)).instance());
      stage.expectListed("orders", expected.toArray(new ServiceInstance[0]));
    }
    stage.register(writer, Scenario.instance("invoices", "1")).close();
    Set<String> services = stage.observer().services(stage.convergence());
    stage.check(services.equals(Set.of("orders")), "services: " + services);
    stage.expectListed("nobody");
  }

  /**
   * Refused or silent, a list fails within its timeout, as do {@code services}; it never answers
   * from memory. Needs a Link with a black hole. Check that stages complete within the configured
   * timeouts.
   */
  @Test
  default void s401_listFailsRatherThanGuess() {
    Scenario stage = scenario();
    Link link = stage.link();
    stage.register(stage.open(), Scenario.instance("orders", "1"));
    Registry reader = stage.open(link);
    stage.watch(reader, "orders").awaitPhase(Phase.CURRENT, stage.convergence());
    link.blackHole();
    Duration timeout = Duration.ofMillis(700);
    failsWithin(timeout, () -> reader.list("orders", timeout));
    failsWithin(timeout, () -> reader.services(timeout));
    link.refuse();
    failsWithin(timeout, () -> reader.list("orders", timeout));
    link.restore();
    stage.await(
        "a list once the link is back",
        stage.convergence(),
        () -> {
          try {
            return reader.list("orders", stage.convergence()).instances().size() == 1;
          } catch (DiscoveryException stillRecovering) {
            return false;
          }
        });
  }

  private void failsWithin(Duration timeout, Runnable read) {
    Scenario stage = scenario();
    long start = System.nanoTime();
    DiscoveryException failure =
        stage.expectFailure(DiscoveryException.class, "a read without a store", read);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    stage.check(
        failure.reason() == Reason.TIMEOUT || failure.reason() == Reason.UNAVAILABLE,
        "reason " + failure.reason());
    stage.check(took.compareTo(timeout.plusMillis(500)) < 0, "the read took " + took);
  }

  /**
   * An interrupt ends a read and a wait, and stays set. Needs a Link with a black hole. Engine
   * only.
   */
  @Test
  default void s401_anInterruptEndsTheWait() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    stage.watch(registry, "warm-up").awaitPhase(Phase.CURRENT, stage.convergence());
    link.blackHole();
    Registration registration = registry.register(Scenario.instance("orders", "1"));
    Watcher watcher = registry.watch("orders");
    Duration minute = Duration.ofMinutes(1);
    interrupted(() -> registry.list("orders", minute));
    interrupted(() -> registration.awaitRegistered(minute));
    interrupted(() -> watcher.next(minute));
  }

  private void interrupted(Runnable wait) {
    Scenario stage = scenario();
    CompletableFuture<Boolean> preserved = new CompletableFuture<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                wait.run();
                preserved.completeExceptionally(new AssertionError("it returned"));
              } catch (DiscoveryException e) {
                preserved.complete(
                    e.reason() == Reason.INTERRUPTED && Thread.currentThread().isInterrupted());
              } catch (RuntimeException | Error e) {
                preserved.completeExceptionally(e);
              }
            },
            "interrupted-reader");
    waiter.start();
    waiter.interrupt();
    stage.join(preserved);
    stage.check(preserved.join(), "not INTERRUPTED, or the interrupt status is lost");
  }

  /**
   * Ten thousand instances of about half a kilobyte: registered, listed, watched, and gone at
   * close, with default settings. Check limits on message sizes, and paging.
   */
  @Test
  default void s402_tenThousandInstances() {
    Scenario stage = scenario();
    Duration patience = Duration.ofSeconds(60); // so many are work for a small machine
    Registry writer = stage.open();
    ServiceInstance template =
        Scenario.instance("orders", "1").withMetadata("payload", "x".repeat(400));
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      all.add(writer.register(template.withId("id-" + i), LASTING));
    }
    all.forEach(registration -> registration.awaitRegistered(patience));
    int listed = stage.observer().list("orders", patience).instances().size();
    stage.check(listed == all.size(), "listed " + listed);
    Recorder view = stage.watch(stage.observer(), "orders");
    view.await(
        () -> "all of them", patience, snapshot -> snapshot.instances().size() == all.size());
    stage.check(view.mark() == 1, view.mark() + " sets (expected: one, complete)");
    stage.join(all.get(0).update(before -> before.withWeight(2)));
    view.await(
        () -> "the update",
        stage.convergence(),
        snapshot -> snapshot.instance("id-0").orElseThrow().weight() == 2);
    // Leaves the store as it was: one that is busy with forgetting them is no store for the next
    // test.
    view.close();
    stage.closeAll(all.stream().<Runnable>map(each -> each::close), patience);
    stage.awaitListed("orders", patience);
  }

  /**
   * {@code current} and {@code status} answer at once in a black hole. Needs a Link with a black
   * hole. Engine only.
   */
  @Test
  default void s403_currentNeverBlocks() {
    Scenario stage = scenario();
    Link link = stage.link();
    stage.register(stage.open(), Scenario.instance("orders", "1"));
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    Watcher watcher = view.watcher();
    link.blackHole();
    long start = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      stage.check(watcher.current().isPresent(), "current() forgot");
      stage.check(watcher.status().phase() != Phase.CLOSED, "status() is CLOSED");
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    stage.check(millis < 1_000, "a thousand calls took " + millis + " ms");
  }

  /** Ten thousand calls of {@code current} allocate nothing. Engine only. */
  @Test
  default void s403_currentAllocatesNothing() {
    Scenario stage = scenario();
    stage.register(stage.open(), Scenario.instance("orders", "1"));
    Watcher watcher = stage.observe("orders").watcher();
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)) {
      stage.skip("this JVM does not count what a thread allocates");
      return;
    }
    long least = Long.MAX_VALUE;
    // What the interpreter and the counting itself allocate goes away with the rounds.
    for (int round = 0; round < 20 && least > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        if (watcher.current().isEmpty()) {
          throw new AssertionError("rule 4.3: current() forgot");
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    stage.check(least < 10_000, least + " bytes for ten thousand calls (expected: none)");
  }
}
