package io.discovery;

import io.discovery.spi.EventLoop;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loop of a registry in production: a queue, and one daemon thread (rule 5.4), which
 * keeps the time and runs what nobody else does.
 *
 * <p>Tasks that wait or run are counted. Whoever adds the first has it run, here or there, and with
 * it those that others add until the count is 0 again; so there is one who runs tasks, or nobody.
 */
final class SystemEventLoop implements EventLoop {
  /**
   * How many tasks a caller's thread runs: enough for all that its own one leads to, as a read
   * whose answer is a delta; few enough that it has not to work for others.
   */
  private static final int A_FEW = 8;

  /** How many the loop's thread runs before it looks for timers that are due. */
  private static final int SOME = 64;

  private final ScheduledThreadPoolExecutor thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private volatile Thread running; // the thread of the task that runs, null between tasks
  private volatile boolean closed;

  SystemEventLoop(String name) {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, name);
              created.setDaemon(true);
              return created;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.prestartCoreThread();
  }

  @Override
  public void execute(Runnable task) {
    if (add(task)) {
      handOver();
    }
  }

  @Override
  public void executeHere(Runnable task) {
    if (add(task)) {
      run(A_FEW);
    }
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    AtomicBoolean cancelled = new AtomicBoolean();
    Runnable due =
        () -> {
          if (!cancelled.get()) {
            task.run();
          }
        };
    // Those that are due together are added together, before the first of them runs: what they do
    // at the end of their turn, they do once.
    Future<?> wait = thread.schedule(() -> execute(due), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> {
      cancelled.set(true);
      wait.cancel(false);
    };
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == running;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Drops what has not begun; the thread ends with the task it is in. */
  void shutdown() {
    closed = true;
    thread.shutdownNow();
  }

  /** Returns whether it is up to the caller to have it run. */
  private boolean add(Runnable task) {
    if (closed) {
      return false;
    }
    tasks.add(task); // before it is counted, so that what is counted is there
    return count.getAndIncrement() == 0;
  }

  /** Has the loop's thread go on: behind the timers that are due. */
  private void handOver() {
    try {
      thread.execute(() -> run(SOME));
    } catch (OutOfMemoryError e) {
      run(SOME); // or nobody ever would
    }
  }

  /** Runs tasks on behalf of whoever added the first; hands over what is left. */
  private void run(int most) {
    int done = 0;
    int left;
    do {
      running = Thread.currentThread();
      runContained(tasks.remove());
      running = null;
      done++;
      left = count.decrementAndGet();
    } while (left > 0 && done < most);
    if (left > 0) {
      handOver();
    }
  }

  private void runContained(Runnable task) {
    try {
      if (!closed) {
        task.run();
      }
    } catch (Throwable e) {
      report(e);
    }
  }

  private static void report(Throwable failure) {
    try {
      Engine.LOG.log(Level.ERROR, "a task of the event loop failed; please report this", failure);
    } catch (Throwable e) {
      // There is nobody to tell, and the other tasks can do nothing for it.
    }
  }
}
