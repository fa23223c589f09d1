package io.discovery.tck;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for a condition that has no event to wait for, such as another process becoming ready.
 * Polls on the calling thread; fails with an {@link AssertionError} that says what was awaited.
 */
public final class Await {
  private static final Duration POLL = Duration.ofMillis(10);

  private Await() {}

  /** Waits until {@code condition} holds. An exception from it ends the wait. */
  public static void until(String what, Duration timeout, BooleanSupplier condition) {
    until(() -> what, timeout, condition);
  }

  /** Waits until {@code condition} holds, and asks only in vain what that was. */
  public static void until(Supplier<String> what, Duration timeout, BooleanSupplier condition) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "awaited in vain for " + timeout.toMillis() + " ms: " + what.get());
      }
      pause(what);
    }
  }

  /** Lets a moment pass between two looks. */
  static void pause(Supplier<String> what) {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while awaiting: " + what.get(), e);
    }
  }
}
