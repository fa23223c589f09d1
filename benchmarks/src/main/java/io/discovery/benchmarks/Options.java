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
  static Options fromSystemProperties() {
    return new Options(
        Boolean.getBoolean("benchmarks.quick"),
        List.of(System.getProperty("benchmarks.jobs", "all").split(",", -1)),
        Path.of(System.getProperty("benchmarks.output", "target/benchmarks")),
        Path.of(System.getProperty("benchmarks.docs", "docs")));
  }

  boolean wants(Job job) {
    return jobs.stream().anyMatch(name -> name.equals("all") || job.name().startsWith(name));
  }

  /** Tells whether the results may stand in the documentation. */
  boolean complete() {
    return !quick && jobs.contains("all");
  }
}
