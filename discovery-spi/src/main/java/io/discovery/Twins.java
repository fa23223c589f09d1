package io.discovery;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ids that stand under two keys: the percent-encoded one, which is ours, and the plain one of a
 * writer that does not encode ({@code [::1]:80} from Go, say). They are one instance (rule 1.2),
 * and our key counts as long as it is there. For the event loop.
 */
final class Twins {
  private final Map<String, ServiceInstance> plain = new HashMap<>(); // by id; mostly empty
  private final Set<String> covered = new HashSet<>(); // those that stand under our key too

  void clear() {
    plain.clear();
    covered.clear();
  }

  /**
   * Takes a record.
   *
   * @param present whether the id was there before
   * @return whether it counts
   */
  boolean put(String segment, ServiceInstance instance, boolean present) {
    String id = instance.id();
    if (Names.isEncoded(segment)) {
      if (plain.containsKey(id)) {
        covered.add(id);
      }
      return true;
    }
    if (plain.put(id, instance) == null && present) {
      covered.add(id);
    }
    return !covered.contains(id);
  }

  /** Takes the end of a record; returns what its id means now, nothing if it is gone. */
  Optional<ServiceInstance> remove(String segment, String id, Optional<ServiceInstance> present) {
    if (Names.isEncoded(segment)) {
      covered.remove(id);
      return Optional.ofNullable(plain.get(id));
    }
    plain.remove(id);
    return covered.remove(id) ? present : Optional.empty();
  }
}
