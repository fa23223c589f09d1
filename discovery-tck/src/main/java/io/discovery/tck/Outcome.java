package io.discovery.tck;

import java.time.Duration;

/**
 * How one test ended.
 *
 * @param why the reason of a skip or the message of a failure; empty if passed
 */
record Outcome(Status status, String why, Duration took) {
  /** Of a test, and of a rule by its tests. */
  enum Status {
    PASSED("passed"),
    /** Of a rule: at least one test passed, none failed, and some were skipped. */
    PARTLY("passed in part"),
    SKIPPED("skipped"),
    FAILED("failed");

    final String word;

    Status(String word) {
      this.word = word;
    }
  }
}
