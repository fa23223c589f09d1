package io.discovery;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Drawn moments at which to try again. Who may come at the moment drawn last for the same reason
 * comes then, too: the views of one registry fall ill together, and reads that are made together
 * share requests. Between registries moments are independent, which is what spreads a herd (rule
 * 3.18). For the event loop.
 */
final class Moments {
  private final EventLoop loop;
  private final RandomGenerator random;
  private long retry; // by the loop's clock, as the next
  private long comeback;

  Moments(EventLoop loop, RandomGenerator random) {
    this.loop = loop;
    this.random = random;
    this.retry = loop.nanoTime();
    this.comeback = retry;
  }

  /** Returns the wait for a retry that comes at least and at most so late. */
  Duration retry(long fromMillis, long toMillis) {
    long now = loop.nanoTime();
    retry = now + join(retry - now, fromMillis, toMillis);
    return Duration.ofNanos(retry - now);
  }

  /** Returns the wait, at least and at most so long, when the store is back. */
  Duration comeback(long fromMillis, long toMillis) {
    long now = loop.nanoTime();
    comeback = now + join(comeback - now, fromMillis, toMillis);
    return Duration.ofNanos(comeback - now);
  }

  private long join(long wait, long fromMillis, long toMillis) {
    return wait >= TimeUnit.MILLISECONDS.toNanos(fromMillis)
            && wait <= TimeUnit.MILLISECONDS.toNanos(toMillis)
        ? wait
        : TimeUnit.MILLISECONDS.toNanos(random.nextLong(fromMillis, toMillis + 1));
  }
}
