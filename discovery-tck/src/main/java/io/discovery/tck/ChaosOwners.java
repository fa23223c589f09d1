package io.discovery.tck;

import io.discovery.tck.ChaosFaults.Spell;
import io.discovery.tck.ChaosTruth.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Judges what the store held by who may have brought it about: a superseded registration writes and
 * removes nothing any more, two do not take turns, versions of one owner do not go back, a lease or
 * session belongs to one process, and a record of a living registration goes for a cause only. Used
 * once, by one thread.
 */
final class ChaosOwners {
  private final ChaosTruth truth;
  private final Map<Integer, ? extends ChaosLife> lives;
  private final ChaosFaults faults;
  private final long patience;
  private final Map<Integer, Long> acknowledged = new HashMap<>();
  private final Map<Integer, Long> superseded = new HashMap<>();
  private final Map<Integer, Long> closing = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  private ChaosOwners(
      ChaosTruth truth,
      List<ChaosReport> reports,
      Map<Integer, ? extends ChaosLife> lives,
      ChaosFaults faults,
      Bounds bounds) {
    this.truth = truth;
    this.lives = lives;
    this.faults = faults;
    this.patience = bounds.ttl().plus(bounds.slack()).plus(bounds.convergence()).toMillis();
    for (ChaosReport report : reports) {
      if (report.isAcknowledgement()) {
        acknowledged.merge(report.epoch(), report.at(), Math::min);
      } else if (report.isState("SUPERSEDED")) {
        superseded.put(report.epoch(), report.at());
      } else if (report.is("closing")) {
        closing.put(report.epoch(), report.at());
      }
    }
  }

  /**
   * Judges a run.
   *
   * @param lives the process in which each epoch was registered
   */
  static List<String> judge(
      ChaosTruth truth,
      List<ChaosReport> reports,
      Map<Integer, ? extends ChaosLife> lives,
      ChaosFaults faults,
      Bounds bounds) {
    ChaosOwners owners = new ChaosOwners(truth, reports, lives, faults, bounds);
    owners.checkOwners();
    for (ChaosSlot slot : ChaosSlot.all()) {
      owners.checkSuccession(slot, truth.states(slot));
      owners.checkRemovals(slot, truth.states(slot));
    }
    owners.superseded.keySet().forEach(owners::checkSuperseded);
    return owners.violations;
  }

  private void checkOwners() {
    Map<String, ChaosLife> users = new HashMap<>();
    for (ChaosSlot slot : ChaosSlot.all()) {
      for (State state : truth.states(slot)) {
        state
            .token()
            .ifPresent(
                token -> {
                  ChaosLife writer = lives.get(token.epoch());
                  ChaosLife other = users.putIfAbsent(state.owner(), writer);
                  if (other != null && other != writer) {
                    violations.add("2.10: " + slot + " " + token + " lives by another's lease");
                  }
                });
      }
    }
  }

  private void checkSuccession(ChaosSlot slot, List<State> states) {
    Map<Integer, Integer> versions = new HashMap<>();
    Set<Integer> former = new HashSet<>();
    int present = 0;
    boolean overwritten = false;
    for (State state : states) {
      if (state.token().isEmpty()) {
        overwritten = false;
        continue;
      }
      ChaosToken token = state.token().get();
      int epoch = token.epoch();
      if (epoch != present) {
        former.add(present);
        present = epoch;
        // Until it has been acknowledged it does not know that its write was carried out; and where
        // the successor has left before it was noticed, nobody is harmed.
        if (former.contains(epoch) && overwritten && before(acknowledged.get(epoch), state)) {
          violations.add("2.10: " + slot + " " + token + " came back after its successor");
        }
      }
      if (before(superseded.get(epoch), state)) {
        violations.add("2.10: " + slot + " " + token + " was written by a superseded registration");
      }
      overwritten = true;
      int version = versions.merge(epoch, token.version(), Math::max);
      if (version > token.version()) {
        violations.add("3.4: " + slot + " " + token + " was written after version " + version);
      }
    }
  }

  private static boolean before(Long time, State state) {
    return time != null && time < state.notBefore();
  }

  private void checkRemovals(ChaosSlot slot, List<State> states) {
    for (int i = 1; i < states.size(); i++) {
      State removal = states.get(i);
      State removed = states.get(i - 1);
      if (removal.token().isEmpty() && removed.token().isPresent()) {
        int epoch = removed.token().get().epoch();
        if (!hasCause(epoch, removal)) {
          violations.add(
              "2.10, 2.12: "
                  + slot
                  + " "
                  + removed.token().get()
                  + " was removed between "
                  + removal.notBefore()
                  + " and "
                  + removal.notAfter()
                  + " although it was open, its process well, and nobody meddled");
        }
      }
    }
  }

  private boolean hasCause(int epoch, State removal) {
    ChaosLife life = lives.get(epoch);
    long end = Math.min(closing.getOrDefault(epoch, Long.MAX_VALUE), life.killedAt());
    if (end != Long.MAX_VALUE && end <= removal.notAfter()) {
      return true;
    }
    List<Spell> own = faults.of(List.of("server", "path " + life.number(), life.name()));
    return Stream.concat(own.stream(), faults.of(List.of("meddler")).stream())
        .anyMatch(spell -> spell.touches(removal.notBefore() - patience, removal.notAfter()));
  }

  /** Who is told to be superseded has a successor. */
  private void checkSuperseded(int epoch) {
    for (ChaosSlot slot : ChaosSlot.all()) {
      List<State> states = truth.states(slot);
      boolean mine = states.stream().anyMatch(state -> state.isOf(epoch));
      if (mine && !hasSuccessor(epoch, states)) {
        violations.add("2.10: " + slot + " e" + epoch + " is superseded, but by nobody");
      }
    }
  }

  private boolean hasSuccessor(int epoch, List<State> states) {
    boolean seen = false;
    for (State state : states) {
      if (seen
          && state.token().isPresent()
          && !state.isOf(epoch)
          && state.notBefore() <= superseded.get(epoch)) {
        return true;
      }
      seen |= state.isOf(epoch);
    }
    return false;
  }
}
