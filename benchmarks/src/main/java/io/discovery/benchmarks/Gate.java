package io.discovery.benchmarks;

import java.util.function.IntConsumer;

/**
 * A listener that notices when the view has a certain size. It reads the clock itself, so that
 * waking who waits is not measured. Safe for any thread.
 */
final class Gate implements IntConsumer {
  private static final long PATIENCE_MILLIS = 60_000;

  private int size = -1;
  private int expected = -1;
  private long arrival;
  private boolean arrived;
  private long calls;

  @Override
  public synchronized void accept(int newSize) {
    calls++;
    size = newSize;
    check();
  }

  /** Says what to wait for, before the change is made. */
  synchronized void expect(int wanted) {
    expected = wanted;
    arrived = false;
    check();
  }

  private void check() {
    if (!arrived && size == expected) {
      arrived = true;
      arrival = System.nanoTime();
      notifyAll();
    }
  }

  /** Waits until the view has the size, and returns when that was, by {@link System#nanoTime}. */
  synchronized long await() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
    while (!arrived) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new IllegalStateException(
            "a view of " + size + " after " + PATIENCE_MILLIS + " ms (expected: " + expected + ")");
      }
      wait(left);
    }
    return arrival;
  }

  synchronized long calls() {
    return calls;
  }
}
