package io.discovery;

import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Waits of application threads for the event loop: bounded, and never silent about an interrupt
 * (rule 5.4).
 */
final class Await {
  private Await() {}

  /**
   * Returns the result, or throws what the future failed with.
   *
   * @param timedOut makes the exception for a wait that took too long
   */
  static <T> T result(
      CompletableFuture<T> future, Duration timeout, Supplier<DiscoveryException> timedOut) {
    try {
      return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw timedOut.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof DiscoveryException known) {
        throw new DiscoveryException(known.reason(), known.getMessage(), known);
      }
      if (cause instanceof IllegalStateException closed) {
        throw new IllegalStateException(closed.getMessage(), closed);
      }
      throw Engine.failure(cause);
    }
  }

  /** Waits for completion of any kind; an interrupt ends the wait early and stays set. */
  static void quietly(CompletableFuture<?> future, Duration timeout) {
    try {
      future
          .handle((result, error) -> null)
          .get(Math.max(0, timeout.toNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException bounded) {
      Engine.LOG.log(System.Logger.Level.DEBUG, "not finished within " + timeout, bounded);
    }
  }

  static DiscoveryException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DiscoveryException(
        Reason.INTERRUPTED, "interrupted while waiting for the registry", e);
  }
}
