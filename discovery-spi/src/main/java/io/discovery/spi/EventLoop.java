package io.discovery.spi;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Where all state of one registry, engine and backend alike, lives: its tasks run one at a time, on
 * a thread of the loop's own or on one that {@link #executeHere} is called on. Code that runs here
 * never blocks.
 *
 * <p>Every method may be called from any thread. Tasks run in the order in which they were given,
 * and see what those before them did. After the registry has closed, tasks are dropped silently. An
 * exception from a task is logged and ends nothing but that task.
 */
public interface EventLoop extends Executor {
  /** Runs {@code task} later or on another thread, never within this call. */
  @Override
  void execute(Runnable task);

  /**
   * As {@link #execute}, but may run {@code task}, and a few that come meanwhile, before it
   * returns: on the calling thread, if no other task is running. That spares the task the way to
   * another thread, which takes longer than most tasks do. For threads that a store's client calls
   * back on; not for those of an application, whose own callbacks would wait.
   */
  default void executeHere(Runnable task) {
    execute(task);
  }

  /** Runs {@code task} on the loop after at least {@code delay}, unless cancelled before. */
  Timer schedule(Duration delay, Runnable task);

  /** Tells whether the calling thread is running a task of this loop. */
  boolean inLoop();

  /**
   * Returns the monotonic clock in nanoseconds, virtual in simulations: the only clock for
   * deadlines and renewals.
   */
  long nanoTime();

  /** A scheduled task. */
  interface Timer {
    /** Prevents the task from running if it has not begun. Idempotent; any thread. */
    void cancel();
  }
}
