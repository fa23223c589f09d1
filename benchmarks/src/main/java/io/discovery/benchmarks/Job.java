package io.discovery.benchmarks;

/** One thing that applications have a registry do, measured. Stateless. */
interface Job {
  /** Returns the name it is selected by. */
  String name();

  /** Starts what it needs, runs its contests and leaves nothing behind. */
  void run(Stage stage) throws Exception;
}
