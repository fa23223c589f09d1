package io.discovery;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Follows one service: the truth, or the last known truth and the fact that it is old. There is no
 * terminal error; a fault changes {@link #status}, never the data (rule 3.10). Every method may be
 * called from any thread, listeners included.
 */
public interface Watcher extends AutoCloseable {
  /** Returns the service's name. */
  String service();

  /**
   * Returns the newest set, empty before the first is known. Never blocks, never fails, allocates
   * nothing (rule 4.3).
   */
  Optional<Snapshot> current();

  /** Returns whether {@link #current} is proven live. Never blocks. */
  Status status();

  /**
   * Waits for news: the first call returns the complete set, each later one the newest set that
   * differs from the one returned before. Independent of the listener; for one caller at a time.
   *
   * @return empty if there was none within {@code timeout}
   * @throws IllegalStateException if the watcher is closed, before or meanwhile
   * @throws DiscoveryException if the thread is interrupted; its interrupt status is preserved
   */
  Optional<Snapshot> next(Duration timeout);

  /**
   * Hints that the view may be old: reads again soon, at most once a second for each service of a
   * registry.
   */
  void refresh();

  /**
   * Ends the watch: no callback begins after it returns (rule 3.15). Idempotent; legal inside a
   * callback.
   */
  @Override
  void close();

  /**
   * Receives one watch, one call at a time, on a listener thread, under no lock. Exceptions are
   * contained and counted; a call that blocks delays no other watcher (rule 3.14).
   */
  @FunctionalInterface
  interface Listener {
    /** The newest complete set. Intermediate ones may be skipped, the last never (rule 3.6). */
    void onSnapshot(Snapshot snapshot);

    /**
     * The view became current or stale; current only after its snapshot was delivered (rule 3.9).
     */
    default void onStatus(Status status) {}
  }

  /**
   * How far the view can be trusted.
   *
   * @param phase the state
   * @param since when this phase began (wall clock, for people)
   * @param cause why the view is not current; empty if it is, or if nothing has failed yet
   */
  record Status(Phase phase, Instant since, Optional<DiscoveryException> cause) {
    /** Refuses nulls. */
    public Status {
      Objects.requireNonNull(phase, "phase");
      Objects.requireNonNull(since, "since");
      Objects.requireNonNull(cause, "cause");
    }
  }

  /** The states of a watch. */
  enum Phase {
    /** Nothing is known yet. → CURRENT, CLOSED. */
    CONNECTING,
    /** Complete and proven live. → STALE, CLOSED. */
    CURRENT,
    /**
     * The last known good set; what happened since {@code since} is not known. → CURRENT, CLOSED.
     */
    STALE,
    /** Closed by its owner. Terminal. */
    CLOSED
  }
}
