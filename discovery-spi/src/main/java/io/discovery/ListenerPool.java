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
 * go. They are made on any thread, that of a store's client included, and have the class loader of
 * who made the pool and nothing else of others. Safe for any thread.
 */
final class ListenerPool implements Executor {
  private static final int USUAL = 2;
  private static final int MOST = 1_000;
  private static final Duration PATIENCE = Duration.ofMillis(20);

  private final ThreadPoolExecutor pool;
  private final EventLoop loop;
  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private final AtomicInteger unfinished = new AtomicInteger();
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
            task -> new ListenerThread(this, task, name + "-listener-" + count.incrementAndGet()),
            new ThreadPoolExecutor.DiscardPolicy());
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    unfinished.incrementAndGet();
    pool.execute(() -> finish(task));
    watch();
  }

  private void finish(Runnable task) {
    try {
      task.run();
    } finally {
      unfinished.decrementAndGet();
    }
  }

  /** Not before there is more work than threads: else each callback would cost a timer. */
  private void watch() {
    if (unfinished.get() > pool.getCorePoolSize() && watching.compareAndSet(false, true)) {
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

  /**
   * Lets what waits finish for a moment, then interrupts listeners that block, but never its
   * caller.
   */
  void shutdown() {
    pool.shutdown();
    boolean interrupted = Thread.interrupted();
    boolean mine = Thread.currentThread() instanceof ListenerThread own && own.pool == this;
    try {
      if (mine || !pool.awaitTermination(200, TimeUnit.MILLISECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      pool.shutdownNow();
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    } else if (mine) {
      Thread.interrupted(); // the interrupt meant for the others
    }
  }

  /** A daemon that knows its pool (rule 5.4). */
  private static final class ListenerThread extends Thread {
    final ListenerPool pool;

    ListenerThread(ListenerPool pool, Runnable task, String name) {
      super(null, task, name, 0, false);
      this.pool = pool;
      setContextClassLoader(pool.loader);
      setDaemon(true);
    }
  }
}
