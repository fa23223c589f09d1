package io.discovery.tck;

import io.discovery.Watcher.Phase;
import io.discovery.tck.ChaosFaults.Spell;
import java.util.ArrayList;
import java.util.List;

/**
 * Judges whether a watcher said that it could not see (rule 3.9): from D after the beginning of
 * each fault that cut it off, to the end of that, it must not claim to be current.
 */
final class ChaosHonesty {
  /** A listener hears of a status a moment after it was so. */
  private static final long DELIVERY_MILLIS = 500;

  private ChaosHonesty() {}

  static List<String> judge(ChaosSight sight, List<Spell> spells, Bounds bounds) {
    List<String> violations = new ArrayList<>();
    for (Spell spell : spells) {
      long from = spell.begin() + bounds.detection().toMillis() + DELIVERY_MILLIS;
      long to = Math.min(spell.end(), sight.closed());
      if (spell.opaque() && from < to && wasCurrent(sight, from, to)) {
        violations.add(
            "3.9: "
                + sight
                + " claimed to be current between "
                + from
                + " and "
                + spell.end()
                + " although it was cut off since "
                + spell.begin());
      }
    }
    return violations;
  }

  /** Tells whether a claim to be current overlaps this time. */
  private static boolean wasCurrent(ChaosSight sight, long from, long to) {
    boolean current = false;
    for (ChaosSight.News news : sight.news()) {
      if (news.status().isPresent()) {
        if (current && news.at() > from) {
          return true;
        }
        if (news.at() >= to) {
          return false;
        }
        current = news.status().get().phase() == Phase.CURRENT;
      }
    }
    return current;
  }
}
