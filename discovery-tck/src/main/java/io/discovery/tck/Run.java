package io.discovery.tck;

import io.discovery.tck.Outcome.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A finished run of the whole kit on one backend, and what follows from it. Immutable.
 *
 * @param suite the test class
 * @param backend the backend's name
 * @param proofs the tests of the kit, by name
 * @param outcomes how each of them ended, by name
 */
record Run(
    String suite,
    String backend,
    Instant began,
    Duration took,
    List<Rule> rules,
    Map<String, Proof> proofs,
    Map<String, Outcome> outcomes) {
  /** Returns the tests of a rule, in the order of their names. */
  List<Proof> proofs(Rule rule) {
    return proofs.values().stream()
        .filter(proof -> Proof.rule(proof.test()).equals(rule.number()))
        .toList();
  }

  Outcome outcome(Proof proof) {
    return outcomes.get(proof.test());
  }

  /** Returns what the tests of a rule say together. */
  Status status(Rule rule) {
    List<Status> all = proofs(rule).stream().map(proof -> outcome(proof).status()).toList();
    if (all.contains(Status.FAILED)) {
      return Status.FAILED;
    } else if (!all.contains(Status.SKIPPED)) {
      return Status.PASSED;
    }
    return all.contains(Status.PASSED) ? Status.PARTLY : Status.SKIPPED;
  }

  /** Returns the rules by chapter heading. */
  Map<String, List<Rule>> chapters() {
    Map<String, List<Rule>> chapters = new TreeMap<>();
    rules.forEach(
        rule -> chapters.computeIfAbsent(rule.chapter(), key -> new ArrayList<>()).add(rule));
    return chapters;
  }

  long count(Status status) {
    return outcomes.values().stream().filter(outcome -> outcome.status() == status).count();
  }

  long countRules(Status status) {
    return rules.stream().filter(rule -> status(rule) == status).count();
  }

  /** Returns the tests that ended like this, in the order of their names. */
  List<Proof> having(Status status) {
    return proofs.values().stream().filter(proof -> outcome(proof).status() == status).toList();
  }

  /** Returns the highest badge that no test stands in the way of. */
  Badge badge() {
    Badge badge = Badge.NONE;
    while (badge != Badge.CERTIFIED && obstacles(badge.next()).isEmpty()) {
      badge = badge.next();
    }
    return badge;
  }

  /** Returns what stands in the way of this badge, by reason, with the tests. */
  Map<String, List<Proof>> obstacles(Badge badge) {
    Map<String, List<Proof>> obstacles = new TreeMap<>();
    for (Proof proof : proofs.values()) {
      Outcome outcome = outcome(proof);
      if (outcome.status() != Status.PASSED && proof.badge().compareTo(badge) <= 0) {
        String reason = outcome.status() == Status.FAILED ? "failed" : outcome.why();
        obstacles.computeIfAbsent(reason, key -> new ArrayList<>()).add(proof);
      }
    }
    return obstacles;
  }
}
