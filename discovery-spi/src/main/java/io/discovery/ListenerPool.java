package io.discovery;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for listeners: two as long as listeners return, one more whenever work has waited without
 * any being finished, so that a listener that blocks delays nobody else (rule 3.14). Idle threads
 * go. Safe for any thread.
 */
final class ListenerPool implements Executor {
  private static final int USUAL = 2;
  private static final int MOST = 1_000;
  private static final Duration PATIENCE = Duration.ofMillis(20);

  private final ThreadPoolExecutor pool;
  private final EventLoop loop;
  private final AtomicBoolean watching = new AtomicBoolean();

  @SuppressWarnings("ErroneousThreadPoolConstructorChecker") // the core itself grows
  ListenerPool(String name, EventLoop loop) {
    this.loop = loop;
    AtomicInteger count = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            USUAL,
            MOST,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemon(task, name + "-listener-" + count.incrementAndGet()),
            new ThreadPoolExecutor.DiscardPolicy());
    pool.allowCoreThreadTimeOut(true);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
    watch();
  }

  private void watch() {
    if (!pool.getQueue().isEmpty() && watching.compareAndSet(false, true)) {
      check(pool.getCompletedTaskCount());
    }
  }

  /**
   * Looks again after a while: nothing finished and work waiting means that every thread is
   * blocked.
   */
  private void check(long completedBefore) {
    loop.schedule(
        PATIENCE,
        () -> {
          if (pool.getQueue().isEmpty()) {
            pool.setCorePoolSize(Math.max(USUAL, pool.getActiveCount()));
            watching.set(false);
            watch(); // what was queued between the two lines above saw somebody watching
            return;
          }
          long completed = pool.getCompletedTaskCount();
          if (completed == completedBefore && pool.getCorePoolSize() < MOST) {
            pool.setCorePoolSize(pool.getCorePoolSize() + 1);
          }
          check(completed);
        });
  }

  /** Lets what waits finish for a moment, then interrupts listeners that block. */
  void shutdown() {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(200, TimeUnit.MILLISECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
