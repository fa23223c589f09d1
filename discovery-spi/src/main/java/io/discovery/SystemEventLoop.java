package io.discovery;

import io.discovery.spi.EventLoop;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The event loop of a registry in production: one daemon thread (rule 5.4). */
final class SystemEventLoop implements EventLoop {
  private final ScheduledThreadPoolExecutor executor;
  private volatile Thread thread;

  SystemEventLoop(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, name);
              created.setDaemon(true);
              thread = created;
              return created;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(contained(task));
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    try {
      var future = executor.schedule(contained(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Drops what has not begun; the thread ends with the task it is in. */
  void shutdown() {
    executor.shutdownNow();
  }

  private static Runnable contained(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        Engine.LOG.log(Level.ERROR, "a task of the event loop failed; please report this", e);
      }
    };
  }
}
