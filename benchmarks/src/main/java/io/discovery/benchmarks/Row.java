package io.discovery.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A row of the table.
 *
 * @param job the job's name
 * @param subject what exactly was done
 * @param line which figure of it this is
 * @param values in the order they are shown
 */
record Row(
    String job,
    String subject,
    String line,
    String unit,
    Map<Contestant, Double> values,
    List<Goal> goals) {

  Optional<Double> value(Contestant contestant) {
    return Optional.ofNullable(values.get(contestant));
  }

  Optional<Contestant> bestPeer() {
    return values.entrySet().stream()
        .filter(value -> value.getKey().isPeer())
        .min(Entry.comparingByValue())
        .map(Entry::getKey);
  }

  /** Returns ours divided by the other's figure. */
  Optional<Double> ratio(Contestant other) {
    return value(Contestant.OURS)
        .flatMap(ours -> value(other).filter(value -> value > 0).map(value -> ours / value));
  }

  String goalText() {
    return goals.stream().map(Goal::text).collect(Collectors.joining("; "));
  }

  /** Returns "met", what was missed, or that ours failed; empty without a goal. */
  String verdict() {
    if (!goals.isEmpty() && value(Contestant.OURS).isEmpty()) {
      return "failed";
    }
    List<Goal> missed = goals.stream().filter(goal -> !goal.isMet(this).orElse(true)).toList();
    if (!missed.isEmpty()) {
      return missed.size() == goals.size()
          ? "missed"
          : "missed: " + missed.stream().map(Goal::text).collect(Collectors.joining("; "));
    }
    boolean judged = goals.stream().anyMatch(goal -> goal.isMet(this).isPresent());
    return judged ? "met" : "";
  }
}
