package io.discovery.benchmarks;

import java.util.concurrent.TimeUnit;

/**
 * Counts what a client sends for a task, to the last request that is still under way when the task
 * is done. For one thread.
 */
final class Requests {
  private static final int STEP_MILLIS = 50;
  private static final int FEW = 5; // in a step: pings, renewals and the question itself
  private static final int STILL_STEPS = 6;
  private static final int MOST_STEPS = 200;

  private final Counter counter;
  private final long before;

  /** Says how many messages a server has received so far. */
  @FunctionalInterface
  interface Counter {
    long messages() throws Exception;
  }

  /** Counts from now on. */
  Requests(Counter counter) throws Exception {
    this.counter = counter;
    this.before = counter.messages();
  }

  /**
   * Waits until hardly anything comes for 300 ms, and returns how many have come. Longer silence is
   * not to be had: ours proves each stream of etcd alive once a second, a thousand of them within
   * as long as it took to open them.
   */
  long settled() throws Exception {
    long seen = counter.messages();
    int still = 0;
    for (int step = 0; still < STILL_STEPS; step++) {
      if (step == MOST_STEPS) {
        throw new IllegalStateException(
            "no end of requests within "
                + STEP_MILLIS * MOST_STEPS
                + " ms (expected: at most "
                + FEW
                + " in each of "
                + STILL_STEPS
                + " steps of "
                + STEP_MILLIS
                + " ms)");
      }
      TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
      long now = counter.messages();
      still = now - seen > FEW ? 0 : still + 1;
      seen = now;
    }
    return seen - before;
  }
}
