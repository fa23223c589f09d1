package io.discovery.benchmarks;

import java.util.List;

/**
 * What to print of a contest: a percentile of a measure, and its goals.
 *
 * @param label tells it from the other lines of the contest
 */
record Line(Measure measure, double percentile, String label, List<Goal> goals) {
  static Line median(Measure measure, Goal... goals) {
    return new Line(measure, 50, measure.name(), List.of(goals));
  }

  static Line percentile(Measure measure, int percentile, Goal... goals) {
    return new Line(measure, percentile, measure.name() + ", p" + percentile, List.of(goals));
  }
}
