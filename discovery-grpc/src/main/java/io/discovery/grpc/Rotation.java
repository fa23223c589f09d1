package io.discovery.grpc;

import io.discovery.grpc.ChannelMetrics.Picks;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Gives turns to candidates: one after the other if their weights are equal, else each one in
 * proportion to its weight and as evenly spaced as that allows, without chance. Immutable; finding
 * out whose turn it is takes no lock and no memory, and at most a binary search.
 */
final class Rotation {
  /**
   * 2^64 divided by the golden ratio. Multiples of it modulo 2^64 fall into any interval in
   * proportion to its length, and successive ones far apart.
   */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final Candidate[] candidates;
  private final SubchannelPicker[] pickers; // of the candidates: what a call needs, at hand
  private final Picks[] picks; // of the candidates, as well
  private final double[] weights;
  private final long[] ends; // of each one's part of 0..2^63; empty if all are equal

  private Rotation(List<Candidate> candidates, double[] weights, long[] ends) {
    this.candidates = candidates.toArray(Candidate[]::new);
    this.pickers = candidates.stream().map(Candidate::picker).toArray(SubchannelPicker[]::new);
    this.picks = candidates.stream().map(Candidate::picks).toArray(Picks[]::new);
    this.weights = weights;
    this.ends = ends;
  }

  /** Those of weight 0 get no turn; one at least must have more. */
  static Rotation of(List<Candidate> candidates, ToDoubleFunction<Candidate> weight) {
    List<Candidate> used =
        candidates.stream().filter(candidate -> weight.applyAsDouble(candidate) > 0).toList();
    double[] weights = used.stream().mapToDouble(weight).toArray();
    return new Rotation(used, weights, ends(weights));
  }

  private static long[] ends(double[] weights) {
    if (Arrays.stream(weights).allMatch(weight -> weight == weights[0])) {
      return new long[0];
    }
    double total = Arrays.stream(weights).sum();
    double sum = 0;
    long[] ends = new long[weights.length];
    for (int i = 0; i < ends.length; i++) {
      sum += weights[i];
      ends[i] = (long) (sum / total * 0x1p63); // a cast stops at the greatest value
    }
    return ends;
  }

  /** Returns the number of the candidate whose turn it is. */
  int at(long turn) {
    return ends.length == 0 ? plain(turn) : weighted(turn);
  }

  Candidate candidate(int number) {
    return candidates[number];
  }

  SubchannelPicker picker(int number) {
    return pickers[number];
  }

  Picks picks(int number) {
    return picks[number];
  }

  /** Of 31 bits: dividing 64 takes longer than all the rest of a pick. */
  private int plain(long turn) {
    return ((int) turn & Integer.MAX_VALUE) % candidates.length;
  }

  private int weighted(long turn) {
    int found = Arrays.binarySearch(ends, (turn * GOLDEN) >>> 1);
    int index = found >= 0 ? found + 1 : -found - 1;
    return Math.min(index, ends.length - 1); // the sum may have been rounded down
  }

  /** {@code a 10%, b 30%, c 60%}, the first ten. */
  @Override
  public String toString() {
    double total = Arrays.stream(weights).sum();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(10, weights.length); i++) {
      text.append(i == 0 ? "" : ", ")
          .append(candidates[i].member().label())
          .append(' ')
          .append(Math.round(weights[i] / total * 100))
          .append('%');
    }
    return weights.length > 10
        ? text + ", and " + (weights.length - 10) + " more"
        : text.toString();
  }
}
