package io.discovery;

import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
      Waiting waiting,
      CompletableFuture<T> future,
      Duration timeout,
      Supplier<DiscoveryException> timedOut) {
    try {
      waiting.await(future, timeout);
      return future.get();
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
  static void quietly(Waiting waiting, CompletableFuture<?> future, Duration timeout) {
    try {
      waiting.await(future.handle((result, error) -> null), timeout);
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
