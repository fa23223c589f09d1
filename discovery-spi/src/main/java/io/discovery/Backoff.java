package io.discovery;

import io.discovery.DiscoveryException.Reason;
import java.time.Duration;

/**
 * How long to wait before the next attempt (rule 3.18): the first retry within a second, then
 * exponential with full jitter up to 30 s; refused credentials at most every five seconds, refused
 * content every half minute. For the event loop.
 */
final class Backoff {
  private static final long FIRST_MILLIS = 1_000;
  private static final long LONGEST_MILLIS = 30_000;
  // A store that comes back is left alone for a moment and then meets its clients one by one, so
  // that fewer than a third of them come within the first second.
  private static final long RESPITE_MILLIS = 600;
  private static final long REACHABLE_MILLIS = 2_000;
  // Who was cut a moment ago would have come within the second.
  private static final long CUT_MILLIS = 250;

  private final Moments moments;
  private int failures;

  Backoff(Moments moments) {
    this.moments = moments;
  }

  /** Returns the wait after one more failure. */
  Duration next(Reason reason) {
    long span = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures++, 5));
    long floor =
        switch (reason) {
          case DENIED -> 5_000;
          case REJECTED -> LONGEST_MILLIS;
          default -> 0;
        };
    return moments.within(floor + 1, floor + span);
  }

  /** Returns the wait when the store is said to be back. */
  Duration whenReachable() {
    return isFirst()
        ? moments.within(1, CUT_MILLIS)
        : moments.within(RESPITE_MILLIS, REACHABLE_MILLIS);
  }

  /** Tells whether the wait under way is the one after a first failure. */
  boolean isFirst() {
    return failures <= 1;
  }

  /** Forgets the failures after lasting success. */
  void reset() {
    failures = 0;
  }
}
