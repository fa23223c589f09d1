package io.discovery;

import java.util.EnumMap;
import java.util.Map;

/**
 * The way between one process and the store. Each fault lasts until its time is over; a message is
 * lost if the way is broken at the moment it would arrive.
 */
final class SimLink {
  private static final long MILLI = 1_000_000;

  private final SimClock clock;
  private final SimRandom random;
  private final SimKnobs knobs;
  private final Map<Fault, Long> until = new EnumMap<>(Fault.class);

  /** What can be wrong with it. */
  enum Fault {
    /** Every attempt fails soon, streams break. */
    CUT,
    /** Nothing arrives and nobody is told. */
    BLACK_HOLE,
    /** One message in five is lost. */
    FLAKY,
    /** Answers take up to three seconds. */
    SLOW,
    /** Listings take up to twelve seconds. */
    SLOW_LISTINGS,
    /** The store refuses the credentials. */
    DENIED,
    /** Methods of the backend throw. */
    THROWING
  }

  SimLink(SimClock clock, SimRandom random, SimKnobs knobs) {
    this.clock = clock;
    this.random = random;
    this.knobs = knobs;
  }

  void suffer(Fault fault, long millis) {
    until.merge(fault, clock.now() + millis * MILLI, Math::max);
  }

  void heal() {
    until.clear();
  }

  boolean suffers(Fault fault) {
    return clock.now() < until.getOrDefault(fault, Long.MIN_VALUE);
  }

  /** Tells whether a message that is to arrive now does not. */
  boolean loses() {
    return suffers(Fault.CUT)
        || suffers(Fault.BLACK_HOLE)
        || (suffers(Fault.FLAKY) && random.oneIn(5));
  }

  boolean isPlain() {
    return until.values().stream().noneMatch(end -> clock.now() < end);
  }

  /** Returns how long until the way is open again. */
  long untilOpen() {
    long end =
        Math.max(until.getOrDefault(Fault.CUT, 0L), until.getOrDefault(Fault.BLACK_HOLE, 0L));
    return Math.max(0, end - clock.now());
  }

  /** Returns how long one message takes, in nanoseconds. */
  long latency() {
    return MILLI
        * (suffers(Fault.SLOW) ? random.below(3_000) : knobs.rough() ? random.below(20) : 1);
  }

  /** Returns how long a complete read takes. */
  long listingLatency() {
    return suffers(Fault.SLOW_LISTINGS) ? MILLI * random.below(12_000) : latency();
  }

  /** Returns how long an event takes: slow ways are not as slow as to hide a fault. */
  long eventLatency() {
    return MILLI * (suffers(Fault.SLOW) ? random.below(500) : knobs.rough() ? random.below(20) : 1);
  }
}
