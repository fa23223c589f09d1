package io.discovery.benchmarks;

/** One contestant, set up for one task. */
interface Entry extends AutoCloseable {
  /** Does the task once and adds what was measured. */
  void round(Samples samples) throws Exception;

  @Override
  default void close() {}

  /** Sets a contestant up, which is not measured. */
  @FunctionalInterface
  interface Opener {
    Entry open() throws Exception;
  }
}
