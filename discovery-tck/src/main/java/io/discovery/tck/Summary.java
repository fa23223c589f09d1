package io.discovery.tck;

import io.discovery.tck.Outcome.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run in words for a terminal, in ASCII because nobody knows its encoding: a mark for each rule,
 * a line for each reason why one is not proven, and the badge.
 */
final class Summary {
  private static final int WIDTH = 118;

  private Summary() {}

  static String of(Run run) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "discovery-tck: the contract on backend '" + run.backend() + "' (" + run.suite() + ")");
    lines.add("  + proven   ~ in part   - skipped   ! FAILED");
    run.chapters()
        .forEach(
            (chapter, rules) ->
                lines.add(
                    "  "
                        + rules.stream()
                            .map(rule -> mark(run.status(rule)) + rule.number())
                            .collect(Collectors.joining("  "))));
    for (Proof proof : run.having(Status.FAILED)) {
      lines.add(
          "  failed   " + Proof.rule(proof.test()) + " " + proof.test() + ": " + why(run, proof));
    }
    skipped(run)
        .forEach(
            (reason, proofs) -> lines.add(shorten("  skipped  " + reason + ": " + names(proofs))));
    lines.add(
        String.format(
            "  %d rules, %d tests: %d passed, %d failed, %d skipped, in %s",
            run.rules().size(),
            run.proofs().size(),
            run.count(Status.PASSED),
            run.count(Status.FAILED),
            run.count(Status.SKIPPED),
            HtmlReport.duration(run.took())));
    lines.add("  badge: " + badge(run));
    return lines.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  private static Map<String, List<Proof>> skipped(Run run) {
    return run.having(Status.SKIPPED).stream()
        .collect(Collectors.groupingBy(proof -> run.outcome(proof).why()));
  }

  private static String badge(Run run) {
    Badge badge = run.badge();
    if (badge == Badge.CERTIFIED) {
      return badge.title;
    }
    Badge next = badge.next();
    return badge.title
        + "; for "
        + next.title
        + " is missing: "
        + run.obstacles(next).entrySet().stream()
            .map(obstacle -> obstacle.getKey() + " (" + obstacle.getValue().size() + ")")
            .collect(Collectors.joining("; "));
  }

  private static String names(List<Proof> proofs) {
    return proofs.stream().map(Proof::test).collect(Collectors.joining(", "));
  }

  private static char mark(Status status) {
    return switch (status) {
      case PASSED -> '+';
      case PARTLY -> '~';
      case SKIPPED -> '-';
      case FAILED -> '!';
    };
  }

  private static String why(Run run, Proof proof) {
    return shorten(run.outcome(proof).why().lines().findFirst().orElse(""));
  }

  private static String shorten(String line) {
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH - 3) + "...";
  }
}
