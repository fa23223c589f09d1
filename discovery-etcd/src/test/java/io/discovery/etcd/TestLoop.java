package io.discovery.etcd;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** An event loop on one daemon thread. A task that throws is remembered for {@link #close}. */
final class TestLoop implements EventLoop, AutoCloseable {
  private final AtomicInteger offers = new AtomicInteger();
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
  private volatile String heldFrom = "";
  private volatile Thread thread;
  private volatile Throwable failure;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            thread = new Thread(task, "test-loop");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.DiscardPolicy());

  @Override
  public void execute(Runnable task) {
    if (!heldFrom.isEmpty() && (inLoop() || Thread.currentThread().getName().equals(heldFrom))) {
      held.add(task);
    } else {
      executor.execute(contained(task));
    }
  }

  /**
   * Keeps back what this thread brings from now on, until {@link #release}. If it is quick, the
   * loop brings it itself.
   */
  void hold(String threadName) {
    heldFrom = threadName;
  }

  boolean isHolding() {
    return !held.isEmpty();
  }

  void release() {
    heldFrom = "";
    for (Runnable task = held.poll(); task != null; task = held.poll()) {
      execute(task);
    }
  }

  @Override
  public void executeHere(Runnable task) {
    offers.incrementAndGet();
    execute(task);
  }

  /** Returns how often the calling thread was offered for a task. */
  int offers() {
    return offers.get();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Future<?> scheduled = executor.schedule(contained(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Runs on the loop and waits for the result. */
  <T> T call(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, executor).orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** Ends the thread; fails if a task has thrown. */
  @Override
  public void close() {
    executor.shutdownNow();
    if (failure != null) {
      throw new AssertionError("a task of the loop failed", failure);
    }
  }

  private Runnable contained(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    };
  }
}
