package io.discovery.tck;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

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
  private final Pattern mention;

  Capability(String label, Badge badge) {
    this.label = label;
    this.badge = badge;
    this.mention = Pattern.compile("\\b" + label + "\\b");
  }

  /** Returns what a sentence such as "Needs a Store and a Link with a black hole." names. */
  static Set<Capability> namedIn(String sentence) {
    Set<Capability> named = EnumSet.noneOf(Capability.class);
    Arrays.stream(values())
        .filter(each -> each.mention.matcher(sentence).find())
        .forEach(named::add);
    return named;
  }
}
