package io.discovery.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * When and where there were faults, as they really were brought about. Lanes are named {@code
 * server}, {@code path N}, {@code pN} and {@code meddler}. For the thread that runs the schedule.
 */
final class ChaosFaults {
  /**
   * A time in which somebody suffered.
   *
   * @param opaque whether nothing was heard of the server on this lane all that time
   */
  record Spell(String lane, long begin, long end, boolean opaque) {
    boolean touches(long from, long to) {
      return begin <= to && from <= end;
    }
  }

  private final List<Spell> spells = new ArrayList<>();
  private final Map<String, Spell> open = new TreeMap<>(); // by lane; with no end
  private int count;

  /**
   * A fault that lasts until {@link #end}.
   *
   * @param opaque whether nothing is heard of the server on this lane
   */
  void begin(String lane, boolean opaque) {
    count++;
    open.put(lane, new Spell(lane, System.currentTimeMillis(), Long.MAX_VALUE, opaque));
  }

  /** The end of the fault on this lane, if there is one. */
  void end(String lane) {
    Spell spell = open.remove(lane);
    if (spell != null) {
      add(new Spell(lane, spell.begin, System.currentTimeMillis(), spell.opaque));
    }
  }

  /** A fault that began then and is over. */
  void passed(String lane, long begin) {
    count++;
    add(new Spell(lane, begin, System.currentTimeMillis(), false));
  }

  void add(Spell spell) {
    spells.add(spell);
  }

  /** Returns how many faults there were. */
  int count() {
    return count;
  }

  /** Returns the faults of these lanes. */
  List<Spell> of(List<String> lanes) {
    return spells.stream().filter(spell -> lanes.contains(spell.lane)).toList();
  }
}
