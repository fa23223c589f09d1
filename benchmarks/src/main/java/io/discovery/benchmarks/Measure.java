package io.discovery.benchmarks;

/**
 * Something measured, of which less is better.
 *
 * @param name what it is, such as "time"
 * @param unit as printed behind the figure; empty for plain numbers
 */
record Measure(String name, String unit) {
  static final Measure TIME = new Measure("time", "ms");

  static double millis(long nanos) {
    return nanos / 1e6;
  }
}
