package io.discovery.benchmarks;

import java.util.ArrayList;
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
    return texts(goals);
  }

  /**
   * Returns "met" if every goal is, else what was missed and what could not be judged, or that ours
   * failed; empty without a goal.
   */
  String verdict() {
    if (goals.isEmpty()) {
      return "";
    }
    if (value(Contestant.OURS).isEmpty()) {
      return "failed";
    }
    List<Goal> missed = goals.stream().filter(goal -> !goal.isMet(this).orElse(true)).toList();
    List<Goal> unjudged = goals.stream().filter(goal -> goal.isMet(this).isEmpty()).toList();
    List<String> parts = new ArrayList<>();
    if (!missed.isEmpty()) {
      parts.add(missed.size() == goals.size() ? "missed" : "missed: " + texts(missed));
    }
    if (!unjudged.isEmpty()) {
      parts.add("not judged: " + texts(unjudged));
    }
    return parts.isEmpty() ? "met" : String.join("; ", parts);
  }

  private static String texts(List<Goal> goals) {
    return goals.stream().map(Goal::text).collect(Collectors.joining("; "));
  }
}
