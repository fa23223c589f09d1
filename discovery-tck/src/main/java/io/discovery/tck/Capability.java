package io.discovery.tck;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a test may need of a fixture, by the words that javadoc, skip reasons and report use, and
 * the badge that takes it.
 */
enum Capability {
  STORE("Store", Badge.RESILIENT),
  SERVER("Server", Badge.RESILIENT),
  LINK("Link", Badge.RESILIENT),
  EXPIRY("Expiry", Badge.RESILIENT),
  BLACK_HOLE("black hole", Badge.CERTIFIED),
  LOST_ANSWERS("lost answers", Badge.CERTIFIED),
  LOST_REQUESTS("lost requests", Badge.CERTIFIED),
  DELAY("delay", Badge.CERTIFIED),
  THROTTLE("throttle", Badge.CERTIFIED),
  BYTE_LIMIT("byte limit", Badge.CERTIFIED),
  TRAFFIC("counter", Badge.CERTIFIED),
  CENSUS("Census", Badge.CERTIFIED),
  COMPACTION("Compaction", Badge.CERTIFIED),
  AUTH("Auth", Badge.CERTIFIED),
  TLS("Tls", Badge.CERTIFIED),
  QUORUM("Quorum", Badge.CERTIFIED);

  final String label;
  final Badge badge;

  Capability(String label, Badge badge) {
    this.label = label;
    this.badge = badge;
  }

  /** Tells whether this is a fault or count that some links have, rather than a thing of its own. */
  boolean isOfLink() {
    return !Character.isUpperCase(label.charAt(0));
  }

  /** Returns what a sentence such as "Needs a Store and a Link with a black hole." names. */
  static Set<Capability> namedIn(String sentence) {
    Set<Capability> named = EnumSet.noneOf(Capability.class);
    Arrays.stream(values())
        .filter(each -> sentence.matches(".*\\b" + each.label + "\\b.*"))
        .forEach(named::add);
    return named;
  }
}
