package io.discovery.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** How often a new client is made, on virtual time and without a store. */
class EtcdOutageClockTest {
  private static final Duration LIMIT = Duration.ofMillis(1500);

  private final Clock clock = new Clock();
  private final EtcdOutage outage = new EtcdOutage(this::ping, LIMIT, this::replace, clock);
  private boolean silent = true; // or there is nobody
  private boolean accepts = true;
  private int clients;

  private CompletionStage<Void> ping() {
    CompletableFuture<Void> pong = new CompletableFuture<>();
    Duration when = silent ? LIMIT : Duration.ofMillis(1);
    clock.schedule(
        when,
        () -> pong.completeExceptionally(new DiscoveryException(Reason.UNAVAILABLE, "no pong")));
    return pong;
  }

  private CompletionStage<Boolean> replace() {
    clients += accepts ? 1 : 0;
    return CompletableFuture.completedFuture(accepts);
  }

  private int clientsWithin(Duration time) {
    int before = clients;
    clock.advance(time);
    return clients - before;
  }

  @Test
  void aSilentStoreIsGivenMoreAndMoreTime() {
    outage.failed();
    assertEquals(1, clientsWithin(Duration.ofSeconds(4)));
    int minute = clientsWithin(Duration.ofMinutes(1));
    assertTrue(minute >= 3 && minute <= 5, minute + " new clients in a minute");
    int more = clientsWithin(Duration.ofMinutes(10));
    assertTrue(more >= 15 && more <= 20, more + " new clients in ten minutes");
  }

  /**
   * Frozen for long, then gone, then back: the client must not wait for what the silence earned.
   */
  @Test
  void aStoreThatIsGoneAndBackAfterALongSilenceIsFoundSoon() {
    outage.failed();
    clock.advance(Duration.ofMinutes(2));
    silent = false;
    accepts = false;
    assertEquals(0, clientsWithin(Duration.ofSeconds(10)));
    accepts = true;
    assertEquals(1, clientsWithin(Duration.ofMillis(1300)));
    assertTrue(clientsWithin(Duration.ofSeconds(30)) <= 10, "one every three seconds at most");
  }

  /** Also if a question that was asked before is never answered. */
  @Test
  void aStoreThatAnswersIsLeftInPeace() {
    outage.failed();
    clock.advance(Duration.ofMillis(1300));
    outage.answered();
    assertEquals(1, clock.reachable);
    assertEquals(0, clientsWithin(Duration.ofMinutes(1)));
  }

  /** A loop whose time passes when the test says so. */
  private static final class Clock implements EventLoop, BackendContext {
    private final PriorityQueue<Task> tasks =
        new PriorityQueue<>(Comparator.comparingLong(Task::due));
    private long now;
    private int reachable;

    private record Task(long due, AtomicBoolean cancelled, Runnable action) {}

    void advance(Duration time) {
      long end = now + time.toNanos();
      while (!tasks.isEmpty() && tasks.element().due <= end) {
        Task next = tasks.remove();
        now = next.due;
        if (!next.cancelled.get()) {
          next.action.run();
        }
      }
      now = end;
    }

    @Override
    public void execute(Runnable task) {
      schedule(Duration.ZERO, task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      AtomicBoolean cancelled = new AtomicBoolean();
      tasks.add(new Task(now + delay.toNanos(), cancelled, task));
      return () -> cancelled.set(true);
    }

    @Override
    public boolean inLoop() {
      return true;
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public EventLoop loop() {
      return this;
    }

    @Override
    public String label() {
      return "clock";
    }

    @Override
    public void reachable() {
      reachable++;
    }
  }
}
