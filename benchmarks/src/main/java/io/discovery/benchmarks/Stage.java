package io.discovery.benchmarks;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** Where a job runs: how large it shall be, and where its results go. For one thread. */
final class Stage {
  private final Options options;
  private final Job job;
  private final Results results;
  private final PrintStream out;

  Stage(Options options, Job job, Results results, PrintStream out) {
    this.options = options;
    this.job = job;
    this.results = results;
    this.out = out;
  }

  boolean quick() {
    return options.quick();
  }

  int scale(int full, int quick) {
    return options.quick() ? quick : full;
  }

  /** Returns sizes up to the largest that this run has time for. */
  List<Integer> upTo(int quickMost, Integer... sizes) {
    return List.of(sizes).stream().filter(size -> !options.quick() || size <= quickMost).toList();
  }

  /**
   * Prepares a contest.
   *
   * @param warmUps how many rounds do not count
   */
  Contest contest(String subject, int warmUps, int rounds) {
    return new Contest(this, subject, warmUps, rounds);
  }

  /** Adds a row to the table. */
  Row row(String subject, Line line, Map<Contestant, Double> values) {
    Row row =
        new Row(job.name(), subject, line.label(), line.measure().unit(), values, line.goals());
    results.add(row);
    out.println(Table.line(row));
    return row;
  }

  void point(String series, double instances, double cost) {
    results.add(new Results.Point(series, instances, cost));
  }

  void note(String note) {
    results.note(job.name() + ": " + note);
    out.println("note: " + note);
  }

  /** As a note, but without it the run is not whole. */
  void failure(String what) {
    results.failure(job.name() + ": " + what);
    out.println("failed: " + what);
  }
}
