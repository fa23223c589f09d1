package io.discovery;

/**
 * One string for a name that stands in every record, rather than one a record: metadata has the
 * same few everywhere. Forgetful, so hostile records fill up nothing. Safe for any thread: two that
 * meet in a slot cost a string, no more.
 */
final class RepeatedNames {
  private static final int LONGEST = 64;
  private static final String[] KNOWN = new String[256];

  private RepeatedNames() {}

  /** Returns an equal string, the known one if there is one. */
  static String of(String name) {
    int slot = name.hashCode() & (KNOWN.length - 1);
    String known = KNOWN[slot];
    if (name.equals(known)) {
      return known;
    }
    if (name.length() <= LONGEST) {
      KNOWN[slot] = name;
    }
    return name;
  }
}
