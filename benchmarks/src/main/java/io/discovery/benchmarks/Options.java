package io.discovery.benchmarks;

import java.nio.file.Path;
import java.util.List;

/**
 * What was asked for.
 *
 * @param quick whether a rough answer will do
 * @param jobs names of jobs, or beginnings of them; "all" for all
 * @param output where the results of every run go
 * @param docs where those of a complete run go, too
 */
record Options(boolean quick, List<String> jobs, Path output, Path docs) {
  /** What stands above the results of a quick pass. */
  static final String QUICK_PASS = "a quick pass, no measurement";

  static Options fromSystemProperties() {
    return new Options(
        quick(System.getProperty("benchmarks.quick", "false")),
        List.of(System.getProperty("benchmarks.jobs", "all").split(",", -1)),
        Path.of(System.getProperty("benchmarks.output", "target/benchmarks")),
        Path.of(System.getProperty("benchmarks.docs", "docs")));
  }

  /** Of the property's value, which is empty if it is named without one. */
  static boolean quick(String value) {
    return switch (value) {
      case "", "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "benchmarks.quick: '"
                  + value
                  + "' (expected: true or false; -Dbenchmarks.quick alone is a quick pass, without"
                  + " it the run is complete)");
    };
  }

  boolean wants(Job job) {
    return jobs.stream().anyMatch(name -> name.equals("all") || job.name().startsWith(name));
  }

  /** Tells whether the results may stand in the documentation. */
  boolean complete() {
    return !quick && jobs.contains("all");
  }
}
