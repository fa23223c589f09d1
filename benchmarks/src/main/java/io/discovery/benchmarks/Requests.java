package io.discovery.benchmarks;

import java.util.concurrent.TimeUnit;

/**
 * Counts what a client sends for a task, and not the proofs of life that it sends ever after: those
 * never end, so no wait for silence would. For one thread.
 */
final class Requests {
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
   * Waits a second for what is still under way when the task is done, and returns how many there
   * were, less the messages of the second after that: as many of those come in each.
   */
  long settled() throws Exception {
    TimeUnit.SECONDS.sleep(1);
    long settled = counter.messages();
    TimeUnit.SECONDS.sleep(1);
    long recurring = counter.messages() - settled;
    return Math.max(0, settled - before - recurring);
  }
}
