package io.discovery.tck;

/**
 * What a registrant has reported: that the library told it this, at that time. Immutable.
 *
 * @param at when, by the wall clock of the registrant
 * @param what {@code state}, {@code acked}, {@code closing}, {@code closed}, {@code failed}, {@code
 *     report}
 * @param version the version acknowledged, or declared at that time
 * @param more the state, or why not
 */
record ChaosReport(long at, String what, int epoch, int version, String more) {
  /** Reads {@code TIME WHAT EPOCH VERSION MORE}. */
  static ChaosReport parse(String line) {
    String[] words = line.split(" ", 5);
    return new ChaosReport(
        Long.parseLong(words[0]),
        words[1],
        words.length > 2 ? Integer.parseInt(words[2]) : 0,
        words.length > 3 ? Integer.parseInt(words[3]) : 0,
        words.length > 4 ? words[4] : "");
  }

  boolean is(String kind) {
    return what.equals(kind);
  }

  boolean isState(String state) {
    return is("state") && more.equals(state);
  }

  /** Tells whether the store has acknowledged this version, or a later one, of the epoch. */
  boolean isAcknowledgement() {
    return is("acked") || isState("REGISTERED");
  }

  @Override
  public String toString() {
    return what + " e" + epoch + "v" + version + (more.isEmpty() ? "" : " " + more);
  }
}
