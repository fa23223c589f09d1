package io.discovery.benchmarks;

import java.util.Locale;
import java.util.Optional;

/** Numbers for people. */
final class Figures {
  private Figures() {}

  /** Three significant digits at most, and no noise behind zero. */
  static String plain(double value) {
    if (value >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (value < 0.005) {
      return "0";
    }
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }

  static String of(Optional<Double> value, String unit) {
    return value.map(v -> (plain(v) + " " + unit).strip()).orElse("–");
  }

  static String ratio(Optional<Double> ratio) {
    return ratio.map(Figures::plain).orElse("–");
  }
}
