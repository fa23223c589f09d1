package io.discovery.tck;

import java.time.Duration;
import java.util.Objects;

/**
 * How fast a backend promises to be. The kit waits at most this long, and "soon" in a test means
 * {@code convergence}.
 *
 * @param ttl the time to live that tests register with, small enough to wait for
 * @param slack how much longer than its TTL a dead record may be seen (rule 2.6)
 * @param detection D: within this time a fault makes the status STALE (rule 3.9)
 * @param convergence C: within this time after a fault has ended, or a change was made, every view
 *     and every registration is true again
 */
public record Bounds(Duration ttl, Duration slack, Duration detection, Duration convergence) {
  private static final Duration USUAL = Duration.ofSeconds(5);

  /** Refuses nulls. */
  public Bounds {
    Objects.requireNonNull(ttl, "ttl");
    Objects.requireNonNull(slack, "slack");
    Objects.requireNonNull(detection, "detection");
    Objects.requireNonNull(convergence, "convergence");
  }

  /** Returns the contract's usual bounds: D and C five seconds. */
  public static Bounds usual(Duration ttl, Duration slack) {
    return new Bounds(ttl, slack, USUAL, USUAL);
  }
}
