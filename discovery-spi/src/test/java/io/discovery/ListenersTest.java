package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.spi.Delta;
import io.discovery.spi.Listing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners are guests (rules 3.14, 3.15, 5.2, 5.4), with real threads. */
@Timeout(30)
class ListenersTest {
  /** Answers every subscription at once with an empty set. */
  private final ScriptedBackend backend = new ScriptedBackend();

  private final Registry registry = Registries.open(backend, RegistryConfig.defaults());
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void close() {
    never.countDown();
    registry.close();
  }

  private void onLoop(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    backend
        .context
        .loop()
        .execute(
            () -> {
              task.run();
              done.complete(null);
            });
    done.orTimeout(10, TimeUnit.SECONDS).join();
  }

  private void listAll() {
    onLoop(
        () ->
            backend.subscribed.forEach(
                stream -> stream.observer.onListing(new Listing("", 0, List.of()))));
  }

  @Test
  void listenersThatBlockForGoodDelayNobody() throws Exception {
    for (int i = 0; i < 20; i++) {
      registry.watch("blocked-" + i, snapshot -> uninterruptibly(never));
    }
    CountDownLatch told = new CountDownLatch(1);
    registry.watch("free", snapshot -> told.countDown());
    listAll();
    assertTrue(told.await(10, TimeUnit.SECONDS), "a listener was delayed by others that block");
    assertTimeoutPreemptively(
        Duration.ofSeconds(5), registry::close, "close waits for no guest (rule 5.1)");
  }

  private static void uninterruptibly(CountDownLatch latch) {
    boolean open = false;
    while (!open) {
      try {
        latch.await();
        open = true;
      } catch (InterruptedException rude) {
        Thread.currentThread().isInterrupted();
      }
    }
  }

  @Test
  void noCallbackBeginsAfterClose() {
    for (int round = 0; round < 200; round++) {
      String service = "s" + round;
      AtomicBoolean closed = new AtomicBoolean();
      AtomicInteger late = new AtomicInteger();
      Watcher watcher =
          registry.watch(
              service,
              snapshot -> {
                if (closed.get()) {
                  late.incrementAndGet();
                }
              });
      onLoop(() -> {});
      ScriptedBackend.Subscribed stream = backend.stream();
      stream.observer.onListing(new Listing("", 0, List.of()));
      for (int i = 0; i < 5; i++) {
        stream.observer.onDelta(
            new Delta(i, List.of(ScriptedBackend.entry("i" + i, 1 + i)), List.of()));
      }
      watcher.close();
      closed.set(true);
      onLoop(() -> {});
      assertEquals(0, late.get(), "callbacks after close() returned, round " + round);
    }
  }

  @Test
  void callbacksOfOneWatcherNeverOverlapAndEndWithTheLastSet() {
    AtomicInteger inside = new AtomicInteger();
    ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    List<Long> sequences = new ArrayList<>();
    CountDownLatch last = new CountDownLatch(1);
    registry.watch(
        "orders",
        snapshot -> {
          if (inside.incrementAndGet() != 1) {
            faults.add("overlap at " + snapshot.sequence());
          }
          sequences.add(snapshot.sequence());
          if (snapshot.instances().size() == 1_000) {
            last.countDown();
          }
          inside.decrementAndGet();
        });
    onLoop(() -> {});
    ScriptedBackend.Subscribed stream = backend.stream();
    stream.observer.onListing(new Listing("", 0, List.of()));
    for (int i = 0; i < 1_000; i++) {
      stream.observer.onDelta(
          new Delta(i, List.of(ScriptedBackend.entry("i" + i, 1 + i)), List.of()));
    }
    assertTrue(
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> last.await(9, TimeUnit.SECONDS)));
    assertEquals(List.of(), List.copyOf(faults));
    assertEquals(sequences.stream().sorted().distinct().toList(), sequences);
  }

  @Test
  void everyCallOfTheApiIsLegalInsideACallback() throws Exception {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    registry.watch(
        "orders",
        snapshot -> {
          try {
            registry.watch("other").close();
            registry.list("orders", Duration.ofSeconds(1));
            registry.close();
            interrupted.set(Thread.currentThread().isInterrupted());
            done.complete(true);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    listAll();
    assertTrue(done.get(10, TimeUnit.SECONDS));
    assertFalse(interrupted.get(), "closing interrupted its caller");
    assertThrows(IllegalStateException.class, () -> registry.watch("orders"));
    assertThrows(IllegalStateException.class, () -> registry.list("orders", Duration.ofSeconds(1)));
    assertTrue(backend.shutDown);
  }

  @Test
  void waitingThreadsKeepTheirInterrupt() throws Exception {
    CompletableFuture<DiscoveryException.Reason> reason = new CompletableFuture<>();
    Watcher watcher = registry.watch("orders");
    Thread waiting =
        new Thread(
            () -> {
              try {
                watcher.next(Duration.ofSeconds(20));
              } catch (DiscoveryException e) {
                reason.complete(Thread.currentThread().isInterrupted() ? e.reason() : null);
              }
            });
    waiting.start();
    waiting.interrupt();
    assertEquals(DiscoveryException.Reason.INTERRUPTED, reason.get(10, TimeUnit.SECONDS));
  }

  @Test
  void theThreadsGoWithTheRegistry() throws Exception {
    listAll();
    registry.watch("orders", snapshot -> {});
    onLoop(() -> {});
    registry.close();
    registry.close();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith(registry.toString().split(" ", 2)[0])) {
        assertTrue(thread.isDaemon());
        thread.join(5_000);
        assertFalse(thread.isAlive(), thread + " outlives its registry");
      }
    }
  }

  @Test
  void anInterruptedThreadClosesAllTheSame() {
    registry.register(ServiceInstance.of("orders", "10.0.0.1", 8080));
    onLoop(() -> backend.owned().lastWrite().answer().complete(Duration.ofSeconds(7)));
    Thread.currentThread().interrupt();
    registry.close();
    assertTrue(Thread.interrupted(), "the interrupt stays set (rule 5.4)");
    assertEquals(1, backend.owned().releases.size());
    assertTrue(backend.shutDown, "nothing is left behind (rule 5.1)");
  }

  @Test
  void noStateIsToldAfterCloseNotEvenOfAClosedRegistration() throws Exception {
    Registration registration = registry.register(ServiceInstance.of("orders", "10.0.0.1", 8080));
    CountDownLatch inside = new CountDownLatch(1);
    AtomicInteger told = new AtomicInteger();
    registration.onState(
        state -> {
          told.incrementAndGet();
          inside.countDown();
          uninterruptibly(never);
        });
    assertTrue(inside.await(10, TimeUnit.SECONDS));
    onLoop(() -> backend.owned().lastWrite().answer().complete(Duration.ofSeconds(7)));
    registration.close();
    registry.close();
    never.countDown();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith(registry.toString().split(" ", 2)[0])) {
        thread.join(5_000);
      }
    }
    assertEquals(1, told.get(), "REGISTERED and CLOSED came after close (rule 5.2)");
  }
}
