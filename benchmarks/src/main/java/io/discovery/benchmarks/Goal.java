package io.discovery.benchmarks;

import java.util.Optional;
import java.util.function.Function;

/**
 * What ours should reach on one line.
 *
 * @param text as printed
 * @param limit the most that ours may be; empty if there was nothing to compare with
 */
record Goal(String text, Function<Row, Optional<Double>> limit) {
  /** At most so many times the bare client's figure. */
  static Goal timesBare(double times) {
    return new Goal(
        "≤ " + Figures.plain(times) + " × bare",
        row -> row.value(Contestant.BARE).map(bare -> bare * times));
  }

  /** At most so many times the figure of a peer. */
  static Goal times(double times, Contestant peer) {
    return new Goal(
        "≤ " + Figures.plain(times) + " × " + peer,
        row -> row.value(peer).map(value -> value * times));
  }

  /** At most {@code limit}, in the unit of the line. */
  static Goal most(double limit, String why) {
    return new Goal("≤ " + Figures.plain(limit) + why, row -> Optional.of(limit));
  }

  /** Three requests for each service; what stands around its reads is asked for once for all. */
  static Goal threeEach(int services) {
    return new Goal("≤ 3, and ten in all", row -> Optional.of(3 + 10.0 / services));
  }

  /** Tells whether the row meets it; empty if one of the two figures is missing. */
  Optional<Boolean> isMet(Row row) {
    return row.value(Contestant.OURS).flatMap(ours -> limit.apply(row).map(most -> ours <= most));
  }
}
