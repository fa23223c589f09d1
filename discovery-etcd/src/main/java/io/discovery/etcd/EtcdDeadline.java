package io.discovery.etcd;

import io.discovery.spi.EventLoop;
import java.time.Duration;

/** The moment by which an operation of several calls must end, on the loop's clock. Immutable. */
final class EtcdDeadline {
  private final EventLoop loop;
  private final long at;

  EtcdDeadline(EventLoop loop, Duration limit) {
    this.loop = loop;
    this.at = loop.nanoTime() + limit.toNanos();
  }

  /** Returns the time left, at least zero. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, at - loop.nanoTime()));
  }
}
