package io.discovery.tck;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What lets bytes pass in one direction of a {@link TcpProxy}, now, later or not. Thread-safe. */
final class ProxyGate {
  private boolean held;
  private long delayNanos;
  private long passed;

  synchronized void hold(boolean hold) {
    held = hold;
    notifyAll();
  }

  synchronized void delay(Duration time) {
    delayNanos = time.toNanos();
    notifyAll();
  }

  /** Makes those who wait look again whether their connection has ended. */
  synchronized void wake() {
    notifyAll();
  }

  synchronized void count(int bytes) {
    passed += bytes;
  }

  synchronized long passed() {
    return passed;
  }

  /** Waits until bytes may pass, or until {@code ended}. */
  synchronized void await(BooleanSupplier ended) {
    long start = System.nanoTime();
    try {
      while (!ended.getAsBoolean()) {
        long left = delayNanos - (System.nanoTime() - start);
        if (held) {
          wait();
        } else if (left > 0) {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        } else {
          return;
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a proxy's own threads", e);
    }
  }
}
