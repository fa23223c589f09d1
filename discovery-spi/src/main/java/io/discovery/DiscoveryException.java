package io.discovery;

import java.util.Objects;

/**
 * A failure of the registry rather than of the caller's input. Unchecked; {@link #reason} tells
 * what can be done about it. The message never contains a secret (rule 7.2).
 */
public final class DiscoveryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** Creates a failure without an underlying one. */
  public DiscoveryException(Reason reason, String message) {
    this(reason, message, null);
  }

  /** Creates a failure; {@code cause} may be null as in {@link Throwable}. */
  public DiscoveryException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** Returns what kind of failure this is. */
  public Reason reason() {
    return reason;
  }

  /** The kinds of failure. */
  public enum Reason {
    /** The store cannot be reached, has no quorum or broke off; trying again later helps. */
    UNAVAILABLE,
    /** The store refuses these credentials or this permission; mending them helps. */
    DENIED,
    /**
     * The store or the engine refuses this content, for its size for instance; only other content
     * helps.
     */
    REJECTED,
    /** Another process has registered the same service and id since (rule 2.10). */
    SUPERSEDED,
    /** The caller's own timeout ended the wait. */
    TIMEOUT,
    /** The waiting thread was interrupted. */
    INTERRUPTED,
    /** The handle was closed before the operation could finish. */
    CLOSED
  }
}
