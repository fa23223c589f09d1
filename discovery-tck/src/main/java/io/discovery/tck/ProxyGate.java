package io.discovery.tck;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What lets bytes pass in one direction of a {@link TcpProxy}, now, later or not. Thread-safe. */
final class ProxyGate {
  static final long UNLIMITED = Long.MAX_VALUE;

  private boolean held;
  private long delayNanos;
  private long nanosPerByte;
  private long busyUntil = System.nanoTime(); // with what has been taken at the present rate
  private long limit = UNLIMITED;
  private long passed;

  synchronized void hold(boolean hold) {
    held = hold;
    notifyAll();
  }

  synchronized void delay(Duration time) {
    delayNanos = time.toNanos();
    notifyAll();
  }

  /** Lets at most so many bytes a second pass; 0 means any number. */
  synchronized void throttle(int bytesPerSecond) {
    nanosPerByte = bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    busyUntil = System.nanoTime();
    notifyAll();
  }

  /** Lets so many bytes pass until {@link #take} grants fewer than asked for, once. */
  synchronized void limit(long bytes) {
    limit = bytes;
  }

  /** Makes those who wait look again whether their connection has ended. */
  synchronized void wake() {
    notifyAll();
  }

  /** Counts bytes that pass and returns how many may. */
  synchronized int take(int bytes) {
    int allowed = (int) Math.min(bytes, limit);
    if (limit != UNLIMITED) {
      limit = allowed < bytes ? UNLIMITED : limit - allowed;
    }
    passed += allowed;
    busyUntil = Math.max(busyUntil, System.nanoTime()) + allowed * nanosPerByte;
    return allowed;
  }

  synchronized long passed() {
    return passed;
  }

  /** Waits until bytes may pass, or until {@code ended}. */
  synchronized void await(BooleanSupplier ended) {
    long start = System.nanoTime();
    try {
      while (!ended.getAsBoolean()) {
        long now = System.nanoTime();
        long left = Math.max(delayNanos - (now - start), nanosPerByte == 0 ? 0 : busyUntil - now);
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
