package io.discovery.tck;

import io.discovery.tck.History.Commit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The history of a run, slot by slot, with what is known of the time of each commit. Stores do not
 * say when, but no commit is older than any content committed before it was declared, nor younger
 * than any acknowledgement of something committed after it. Immutable.
 */
final class ChaosTruth {
  /**
   * What a slot held from one commit to the next.
   *
   * @param token empty if there was no record
   * @param notBefore the earliest wall clock at which it can have been committed
   * @param notAfter the latest
   */
  record State(Optional<ChaosToken> token, String owner, long notBefore, long notAfter) {
    boolean isOf(int epoch) {
      return token.isPresent() && token.get().epoch() == epoch;
    }
  }

  private record Ack(long at, int state) {}

  private final Map<ChaosSlot, List<State>> states = new HashMap<>();
  private final Map<ChaosSlot, List<Ack>> acks = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int commits;

  /**
   * Takes the history.
   *
   * @param slots where each epoch was registered
   */
  ChaosTruth(List<Commit> history, List<ChaosReport> reports, Map<Integer, ChaosSlot> slots) {
    for (ChaosSlot slot : ChaosSlot.all()) {
      states.put(slot, new ArrayList<>(List.of(new State(Optional.empty(), "", 0, 0))));
      acks.put(slot, new ArrayList<>());
    }
    take(history, notAfter(history, reports));
    for (ChaosReport report : reports) {
      Optional.ofNullable(slots.get(report.epoch())).ifPresent(slot -> take(slot, report));
    }
  }

  /** Returns how many commits there were. */
  int commits() {
    return commits;
  }

  /** Writes all commits down, each at the earliest time that is possible. */
  void tell(ChaosJournal journal) {
    states.forEach(
        (slot, all) ->
            all.stream()
                .skip(1)
                .forEach(
                    state ->
                        journal.note(
                            state.notBefore,
                            "truth",
                            slot
                                + " is "
                                + state.token.map(ChaosToken::toString).orElse("nobody")
                                + (state.notAfter == Long.MAX_VALUE
                                    ? ""
                                    : " before " + journal.seconds(state.notAfter)))));
  }

  /** Returns what broke a rule in the store already. */
  List<String> violations() {
    return violations;
  }

  boolean isKnown(ChaosSlot slot) {
    return states.containsKey(slot);
  }

  /** Returns what a slot has held, beginning with nothing. */
  List<State> states(ChaosSlot slot) {
    return states.get(slot);
  }

  /** Returns the first index not below {@code from} at which the slot held this; -1 if none. */
  int find(ChaosSlot slot, int from, Optional<ChaosToken> token) {
    List<State> all = states(slot);
    for (int i = from; i < all.size(); i++) {
      if (all.get(i).token.equals(token)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the first state that a read may show which begins at this time. */
  int floor(ChaosSlot slot, long time) {
    return acks.get(slot).stream()
        .filter(ack -> ack.at < time)
        .mapToInt(Ack::state)
        .max()
        .orElse(0);
  }

  private void take(List<Commit> history, long[] notAfter) {
    long notBefore = 0;
    for (int i = 0; i < history.size(); i++) {
      Commit commit = history.get(i);
      Optional<ChaosToken> token = commit.value().flatMap(ChaosToken::in);
      ChaosSlot slot = new ChaosSlot(commit.service(), commit.id());
      if (!states.containsKey(slot) || token.isPresent() != commit.value().isPresent()) {
        violations.add("2.2: the store held what nobody has declared: " + commit);
        continue;
      }
      commits++;
      notBefore = Math.max(notBefore, token.map(ChaosToken::stamp).orElse(0L));
      states.get(slot).add(new State(token, commit.owner(), notBefore, notAfter[i]));
    }
  }

  /** Bounds each commit by the acknowledgements of what was committed no sooner. */
  private static long[] notAfter(List<Commit> history, List<ChaosReport> reports) {
    Map<String, Long> acknowledged = new HashMap<>();
    for (ChaosReport report : reports) {
      if (report.is("acked")) {
        acknowledged.put(report.epoch() + "/" + report.version(), report.at());
      }
    }
    long[] bounds = new long[history.size()];
    Arrays.fill(bounds, Long.MAX_VALUE);
    long bound = Long.MAX_VALUE;
    // The first commit of a content is the one that was acknowledged, at the latest.
    Map<String, Integer> first = new HashMap<>();
    for (int i = history.size() - 1; i >= 0; i--) {
      int at = i;
      history.get(i).value().flatMap(ChaosToken::in).ifPresent(t -> first.put(key(t), at));
    }
    for (int i = history.size() - 1; i >= 0; i--) {
      Optional<String> key = history.get(i).value().flatMap(ChaosToken::in).map(ChaosTruth::key);
      if (key.isPresent() && first.get(key.get()) == i) {
        bound = Math.min(bound, acknowledged.getOrDefault(key.get(), Long.MAX_VALUE));
      }
      bounds[i] = bound;
    }
    return bounds;
  }

  private static String key(ChaosToken token) {
    return token.epoch() + "/" + token.version();
  }

  private void take(ChaosSlot slot, ChaosReport report) {
    List<State> all = states(slot);
    if (report.isAcknowledgement()) {
      int least = report.is("acked") ? report.version() : 0;
      int found = 0;
      while (found < all.size()
          && !(all.get(found).isOf(report.epoch())
              && all.get(found).token.orElseThrow().version() >= least)) {
        found++;
      }
      if (found == all.size() || all.get(found).notBefore > report.at()) {
        violations.add("2.3: acknowledged, but not in the store by then: " + slot + " " + report);
      } else {
        acks.get(slot).add(new Ack(report.at(), found));
      }
    } else if (report.is("closed")) {
      int last = all.size() - 1;
      while (last > 0 && !all.get(last).isOf(report.epoch())) {
        last--;
      }
      if (last == 0) {
        return; // it was closed before it was ever written
      }
      if (last == all.size() - 1 || all.get(last).notBefore > report.at()) {
        violations.add("2.11: closed, but in the store after that: " + slot + " " + report);
      } else {
        acks.get(slot).add(new Ack(report.at(), last + 1));
      }
    }
  }
}
