package io.discovery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How an application's thread waits for the event loop: by blocking, or in a simulation by letting
 * virtual time pass.
 */
@FunctionalInterface
interface Waiting {
  /** Blocks the calling thread. */
  Waiting BLOCKING =
      (future, timeout) ->
          future.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS); // saturates

  /** Returns once {@code future} has a result; throws as {@link CompletableFuture#get}. */
  void await(CompletableFuture<?> future, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException;
}
