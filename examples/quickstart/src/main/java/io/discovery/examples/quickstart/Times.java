package io.discovery.examples.quickstart;

import java.time.Duration;
import java.util.Locale;

/** Durations as people read them. */
final class Times {
  private Times() {}

  static String text(Duration time) {
    if (time.toMillis() < 1) {
      return "< 1 ms";
    }
    return time.toMillis() < 1_000
        ? time.toMillis() + " ms"
        : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }

  /** Returns the time from one moment to another, zero if they came the other way round. */
  static Duration between(long from, long to) {
    return Duration.ofNanos(Math.max(0, to - from));
  }
}
