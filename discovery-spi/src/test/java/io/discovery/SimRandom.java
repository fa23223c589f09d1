package io.discovery;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Chance for one part of a simulation. Each part has its own stream, drawn from the seed and the
 * part's name, so that a schedule with an action left out goes on much as before.
 */
final class SimRandom {
  private final SplittableRandom random;

  SimRandom(long seed, String part) {
    random = new SplittableRandom(mix(mix(seed) + part.hashCode()));
  }

  /** Neighbouring seeds must not give the same numbers, shifted by one (Stafford's variant 13). */
  private static long mix(long seed) {
    long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  RandomGenerator generator() {
    return random;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  /** Mostly at once, sometimes after seconds, as a listener that is busy. */
  int listenerDelay() {
    return oneIn(20) ? below(2_500) : oneIn(3) ? below(10) : 0;
  }
}
