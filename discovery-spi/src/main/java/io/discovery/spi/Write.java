package io.discovery.spi;

import java.util.Objects;

/**
 * The content that {@link Ownership#write} makes true.
 *
 * @param value the encoded record; never modified after creation by either side
 * @param claim what to do about a living foreign owner
 * @param relocated whether host or port differ from this handle's last acknowledged content. Some
 *     deployed readers ignore data changes; a store shared with those replaces the record
 *     atomically instead of its data
 */
@SuppressWarnings(
    "ArrayRecordComponent") // bytes as they travel, never modified; a message, never compared
public record Write(byte[] value, Claim claim, boolean relocated) {
  /** Refuses nulls. */
  public Write {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(claim, "claim");
  }

  /** What a write does when the record belongs to a living foreign owner. */
  public enum Claim {
    /**
     * A fresh registration: the last writer wins, so that a restarted process is registered at once
     * (rule 2.9).
     */
    TAKE_OVER,
    /** A repair or an update: meeting a successor ends the registration (rule 2.10). */
    HEAL
  }
}
