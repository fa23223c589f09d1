package io.discovery.benchmarks;

import io.discovery.tck.TcpProxy;

/**
 * Tells from the bytes on the wire when a client is done: the one sign that all contestants give.
 * Pings and probes are no traffic.
 */
final class Traffic {
  private static final long STEP_MILLIS = 10;
  private static final long BYTES_A_STEP = 300;
  private static final long SILENCE_NANOS =
      2_500_000_000L; // longer than anybody waits before the next attempt
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final TcpProxy proxy;
  private final long deadline = System.nanoTime() + PATIENCE_NANOS;

  Traffic(TcpProxy proxy) {
    this.proxy = proxy;
  }

  /** Waits until so many connections have been accepted, and returns when that was. */
  long awaitConnection(long accepted) throws InterruptedException {
    while (proxy.accepted() < accepted) {
      pause(1);
    }
    return System.nanoTime();
  }

  /** Waits until nothing has passed for a while, and returns when the last of it passed. */
  long awaitSilence() throws InterruptedException {
    long last = System.nanoTime();
    long before = bytes();
    while (System.nanoTime() - last < SILENCE_NANOS) {
      pause(STEP_MILLIS);
      long now = bytes();
      if (now - before > BYTES_A_STEP) {
        last = System.nanoTime();
      }
      before = now;
    }
    return last;
  }

  private long bytes() {
    return proxy.bytesToServer() + proxy.bytesToClient();
  }

  private void pause(long millis) throws InterruptedException {
    if (System.nanoTime() - deadline > 0) {
      throw new IllegalStateException("no connection, or no end of traffic, within a minute");
    }
    Thread.sleep(millis);
  }
}
