package io.discovery;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Ids that stand under two keys: the percent-encoded one, which is ours, and the plain one of a
 * writer that does not encode ({@code [::1]:80} from Go, say). They are one instance (rule 1.2),
 * and our key counts as long as it is there. What is kept of each key is its last good value, if it
 * ever had one (rule 3.13). For the event loop.
 */
final class Twins {
  private final Map<String, Pair> pairs = new HashMap<>(); // by id, of plain keys; mostly empty

  private record Pair(Optional<ServiceInstance> ours, Optional<ServiceInstance> plain) {
    Optional<ServiceInstance> meaning() {
      return ours.or(() -> plain);
    }
  }

  /**
   * Returns the last good value of a key.
   *
   * @param shown what the id means, in case that it has no plain key
   */
  Optional<ServiceInstance> lastGood(String segment, String id, Optional<ServiceInstance> shown) {
    boolean ours = Names.isEncoded(segment);
    Pair pair = pairs.get(id);
    if (pair == null) {
      return ours ? shown : Optional.empty();
    }
    return ours ? pair.ours : pair.plain;
  }

  /**
   * Takes the last good value of a key that is there; returns what its id means now.
   *
   * @param ours what the id meant before, in case that it had no plain key
   */
  Optional<ServiceInstance> put(
      String segment, String id, Optional<ServiceInstance> value, Optional<ServiceInstance> ours) {
    Pair pair = pairs.get(id);
    if (!Names.isEncoded(segment)) {
      pair = new Pair(pair == null ? ours : pair.ours, value);
    } else if (pair == null) {
      return value;
    } else {
      pair = new Pair(value, pair.plain);
    }
    pairs.put(id, pair);
    return pair.meaning();
  }

  /** Takes the end of a key; returns what its id means now. Parameters as of {@link #put}. */
  Optional<ServiceInstance> remove(String segment, String id, Optional<ServiceInstance> ours) {
    Pair pair = pairs.get(id);
    if (!Names.isEncoded(segment)) {
      pairs.remove(id);
      return pair == null ? ours : pair.ours;
    }
    if (pair == null) {
      return Optional.empty();
    }
    pairs.put(id, new Pair(Optional.empty(), pair.plain));
    return pair.plain;
  }
}
