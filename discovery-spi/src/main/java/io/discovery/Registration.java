package io.discovery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One published instance, kept true until closed or superseded. Every method may be called from any
 * thread, listeners included.
 */
public interface Registration extends AutoCloseable {
  /** Returns the instance as declared last. Never blocks. */
  ServiceInstance instance();

  /** Returns where the registration stands. Never blocks. */
  State state();

  /**
   * Returns the time to live that the store granted, or the requested one before it did. Never
   * blocks.
   */
  Duration ttl();

  /**
   * Replaces the content in place: watchers see one update, never a removal (rule 2.5). Never waits
   * for the network; quick successive updates may be conflated to the latest, and equal content is
   * not written.
   *
   * @param change computes the next instance from the present one; may run more than once. Service
   *     and id must stay
   * @return completes when the store has acknowledged this content or a later one; fails with
   *     {@link DiscoveryException} if the registration is superseded or closed before
   * @throws IllegalArgumentException if the result is out of bounds or has another service or id
   * @throws IllegalStateException if the registration is closed or superseded
   */
  CompletableFuture<Void> update(UnaryOperator<ServiceInstance> change);

  /**
   * Waits until the store has acknowledged the instance, for those who want to fail loudly at
   * start.
   *
   * @throws DiscoveryException if that is not so within {@code timeout}, with the last failure as
   *     its cause; if it is superseded; or if the thread is interrupted, whose interrupt status is
   *     then preserved
   * @throws IllegalStateException if the registration is closed
   */
  void awaitRegistered(Duration timeout);

  /**
   * Adds a listener of state changes. It is told the present state first, then every transition in
   * order (rule 2.7), one call at a time, on a listener thread. Its exceptions are contained.
   */
  void onState(Consumer<State> listener);

  /**
   * Removes the record and waits for the acknowledgement, at most for the configured close timeout;
   * in an outage the record goes with its time to live (rule 2.11). Idempotent. A successor's
   * record stays (rule 2.10).
   */
  @Override
  void close();

  /** Where a registration stands. */
  enum State {
    /** Declared, never yet acknowledged. → REGISTERED, SUPERSEDED, CLOSED. */
    PENDING,
    /** Acknowledged: every fresh read shows it. → RECOVERING, SUPERSEDED, CLOSED. */
    REGISTERED,
    /**
     * It was there and is lost or in doubt; being written again. → REGISTERED, SUPERSEDED, CLOSED.
     */
    RECOVERING,
    /**
     * Another process has registered the same service and id since. Terminal, until closed. →
     * CLOSED.
     */
    SUPERSEDED,
    /** Closed by its owner. Terminal. */
    CLOSED
  }
}
