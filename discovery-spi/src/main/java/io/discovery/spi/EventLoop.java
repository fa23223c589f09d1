package io.discovery.spi;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The single thread on which all state of one registry, engine and backend alike, lives. Code that
 * runs here never blocks.
 *
 * <p>{@link #execute}, {@link #schedule} and {@link #inLoop} may be called from any thread. Tasks
 * run one at a time, those of {@code execute} in the order in which they were given. After the
 * registry has closed, tasks are dropped silently. An exception from a task is logged and ends
 * nothing but that task.
 */
public interface EventLoop extends Executor {
  /** Runs {@code task} on the loop after at least {@code delay}, unless cancelled before. */
  Timer schedule(Duration delay, Runnable task);

  /** Tells whether the calling thread is this loop. */
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
