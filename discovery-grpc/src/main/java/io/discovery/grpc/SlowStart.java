package io.discovery.grpc;

import java.time.Duration;

/**
 * How the weight of a new instance grows: from a tenth, evenly, to the whole.
 *
 * @param window how long it takes; zero for no time at all
 */
record SlowStart(Duration window) {
  private static final double FLOOR = 0.1;
  private static final long SHORTEST_STEP = Duration.ofMillis(100).toNanos();
  private static final long LONGEST_STEP = Duration.ofSeconds(1).toNanos();
  private static final int STEPS = 30;

  /** Returns the part of its weight that an instance has when it is so old, in nanoseconds. */
  double share(long age) {
    return isOver(age) ? 1 : Math.max(FLOOR, (double) age / window.toNanos());
  }

  boolean isOver(long age) {
    return age >= window.toNanos();
  }

  /** Returns after how many nanoseconds shares are to be computed anew. */
  long step() {
    return Math.max(SHORTEST_STEP, Math.min(LONGEST_STEP, window.toNanos() / STEPS));
  }
}
