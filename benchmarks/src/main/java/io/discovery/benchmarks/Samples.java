package io.discovery.benchmarks;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.DoubleHistogram;

/** What one contestant's rounds have measured. For one thread at a time. */
final class Samples {
  private static final int DIGITS = 3;

  private final Map<Measure, DoubleHistogram> histograms = new HashMap<>();

  /** Adds a figure, in the unit of its measure. */
  void add(Measure measure, double value) {
    if (value < 0) { // an arrival of something else, before the start
      throw new IllegalStateException(measure + ": " + value + " (expected: 0 or more)");
    }
    histograms.computeIfAbsent(measure, unused -> new DoubleHistogram(DIGITS)).recordValue(value);
  }

  /** Adds the time that has passed since {@code start}, by {@link System#nanoTime}. */
  void addTimeSince(long start) {
    add(Measure.TIME, Measure.millis(System.nanoTime() - start));
  }

  Optional<Double> percentile(Measure measure, double percentile) {
    return Optional.ofNullable(histograms.get(measure))
        .map(histogram -> histogram.getValueAtPercentile(percentile));
  }
}
