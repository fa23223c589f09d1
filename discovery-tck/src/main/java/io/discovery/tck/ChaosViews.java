package io.discovery.tck;

import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import io.discovery.tck.ChaosTruth.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges what one reader saw, a watcher or somebody who lists: each slot must have gone through
 * states of the truth, forwards, none before it was there, and with all that was acknowledged
 * before the reader last looked. So there is no invention, no resurrection, no way back, no change
 * without a commit, and nobody who vanished from the view alone. Used once, by one thread.
 */
final class ChaosViews {
  private final String reader;
  private final ChaosTruth truth;
  private final Map<ChaosSlot, Integer> reached = new HashMap<>();
  private final Map<ChaosSlot, Optional<ChaosToken>> shown = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  private ChaosViews(String reader, ChaosTruth truth) {
    this.reader = reader;
    this.truth = truth;
  }

  /** Judges a watcher. */
  static List<String> of(ChaosSight sight, ChaosTruth truth) {
    ChaosViews views = new ChaosViews(sight.toString(), truth);
    long looking = sight.opened();
    Phase phase = Phase.CONNECTING;
    for (ChaosSight.News news : sight.news()) {
      news.snapshot().ifPresent(snapshot -> views.show(snapshot, news.at()));
      if (news.status().isPresent()) {
        Status status = news.status().get();
        if (status.phase() == Phase.CURRENT && phase != Phase.CURRENT) {
          views.demand(sight.service(), looking, news.at());
        } else if (status.phase() == Phase.STALE && phase == Phase.CURRENT) {
          looking = status.since().toEpochMilli();
        }
        phase = status.phase();
      }
    }
    return views.violations;
  }

  /** Judges somebody who lists, each time after the last has been answered. */
  static List<String> of(List<ChaosLister.Answer> answers, ChaosTruth truth) {
    ChaosViews views = new ChaosViews("a fresh list", truth);
    for (ChaosLister.Answer answer : answers) {
      views.show(answer.snapshot(), answer.ended());
      views.demand(answer.snapshot().service(), answer.begun(), answer.ended());
    }
    return views.violations;
  }

  private void show(Snapshot snapshot, long at) {
    for (ServiceInstance instance : snapshot.instances()) {
      if (!truth.isKnown(new ChaosSlot(snapshot.service(), instance.id()))
          || ChaosToken.of(instance).isEmpty()) {
        violate("3.1", at, "shows what nobody has declared: " + instance);
      }
    }
    for (ChaosSlot slot : slots(snapshot.service())) {
      Optional<ChaosToken> now = slot.in(snapshot).flatMap(ChaosToken::of);
      Optional<ChaosToken> before = shown.getOrDefault(slot, Optional.empty());
      if (!now.equals(before)) {
        int from = reached.getOrDefault(slot, 0);
        int found = truth.find(slot, from + 1, now);
        if (found < 0) {
          violate(
              "3.4, 3.10",
              at,
              "goes from "
                  + name(before)
                  + " to "
                  + name(now)
                  + " at "
                  + slot
                  + (truth.find(slot, 0, now) < 0
                      ? ", which the store never held"
                      : ", which the store did not hold after that"));
        } else {
          reach(slot, found, at);
        }
        shown.put(slot, now);
      }
    }
  }

  /** What was acknowledged before {@code since} must be shown. */
  private void demand(String service, long since, long at) {
    for (ChaosSlot slot : slots(service)) {
      int floor = truth.floor(slot, since);
      if (floor > reached.getOrDefault(slot, 0)) {
        Optional<ChaosToken> now = shown.getOrDefault(slot, Optional.empty());
        int found = truth.find(slot, floor, now);
        if (found < 0) {
          violate(
              "3.2, 3.9, 4.1",
              at,
              "claims to be current with "
                  + name(now)
                  + " at "
                  + slot
                  + ", yet "
                  + name(truth.states(slot).get(floor).token())
                  + " was acknowledged before it looked");
        } else {
          reach(slot, found, at);
        }
      }
    }
  }

  private void reach(ChaosSlot slot, int index, long at) {
    State state = truth.states(slot).get(index);
    if (state.notBefore() > at) {
      violate("3.1", at, "shows " + name(state.token()) + " at " + slot + " before it was there");
    }
    reached.put(slot, index);
  }

  private void violate(String rule, long at, String what) {
    violations.add(rule + ": " + reader + " at " + at + " " + what);
  }

  private static List<ChaosSlot> slots(String service) {
    return ChaosSlot.all().stream().filter(slot -> slot.service().equals(service)).toList();
  }

  private static String name(Optional<ChaosToken> token) {
    return token.map(ChaosToken::toString).orElse("nobody");
  }
}
