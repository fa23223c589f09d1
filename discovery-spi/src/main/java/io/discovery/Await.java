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

  /**
   * Waits for completion of any kind. An interrupt stays set and shortens nothing: what is awaited
   * here is short, and who gave up would leave connections and records behind (rule 5.1).
   */
  static void quietly(Engine engine, CompletableFuture<?> future, Duration timeout) {
    CompletableFuture<?> completed = future.handle((result, error) -> null);
    long deadline = engine.loop.nanoTime() + timeout.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          long left = Math.max(0, deadline - engine.loop.nanoTime());
          engine.waiting.await(completed, Duration.ofNanos(left));
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (TimeoutException | ExecutionException bounded) {
      Engine.LOG.log(System.Logger.Level.DEBUG, "not finished within " + timeout, bounded);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static DiscoveryException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DiscoveryException(
        Reason.INTERRUPTED, "interrupted while waiting for the registry", e);
  }
}
