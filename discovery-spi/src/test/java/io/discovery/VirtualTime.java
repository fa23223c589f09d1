package io.discovery;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * An event loop and a listener pool on virtual time: everything runs inside {@link #advance} on the
 * test's thread.
 */
final class VirtualTime implements EventLoop, InstantSource {
  private final PriorityQueue<Scheduled> timers = new PriorityQueue<>();
  private final Queue<Runnable> ready = new ArrayDeque<>();
  private final Queue<Runnable> callbacks = new ArrayDeque<>();
  private long now = 1_000_000_000_000L;
  private long count;
  private boolean inLoop;

  private static final class Scheduled implements Comparable<Scheduled> {
    final long due;
    final long order;
    final Runnable task;
    boolean cancelled;

    Scheduled(long due, long order, Runnable task) {
      this.due = due;
      this.order = order;
      this.task = task;
    }

    @Override
    public int compareTo(Scheduled other) {
      return due == other.due ? Long.compare(order, other.order) : Long.compare(due, other.due);
    }
  }

  /** Runs listeners like the pool does: outside the loop, in turn. */
  Executor listeners() {
    return callbacks::add;
  }

  /** Runs what is ready and what falls due within {@code duration}. */
  void advance(Duration duration) {
    long end = now + duration.toNanos();
    runReady();
    while (!timers.isEmpty() && timers.peek().due <= end) {
      Scheduled next = timers.poll();
      now = Math.max(now, next.due);
      if (!next.cancelled) {
        ready.add(next.task);
      }
      runReady();
    }
    now = end;
  }

  /** Runs what is ready now. */
  void settle() {
    advance(Duration.ZERO);
  }

  private void runReady() {
    while (!ready.isEmpty() || !callbacks.isEmpty()) {
      inLoop = !ready.isEmpty();
      try {
        (inLoop ? ready : callbacks).remove().run();
      } finally {
        inLoop = false;
      }
    }
  }

  @Override
  public void execute(Runnable task) {
    ready.add(task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Scheduled timer = new Scheduled(now + delay.toNanos(), count++, task);
    timers.add(timer);
    return () -> timer.cancelled = true;
  }

  @Override
  public boolean inLoop() {
    return inLoop;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(1_700_000_000_000L + now / 1_000_000);
  }
}
