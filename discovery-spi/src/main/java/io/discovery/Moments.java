package io.discovery;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Drawn moments at which to try again. Who may come as soon and as late as another comes at the
 * same moment: the views of one registry fall ill together, and reads that are made together share
 * requests. Whoever has failed more often waits by itself. Between registries moments are
 * independent, which is what spreads a herd (rule 3.18). For the event loop.
 */
final class Moments {
  private final EventLoop loop;
  private final RandomGenerator random;
  private final Map<Span, Long> last = new HashMap<>(); // by the loop's clock; a dozen at most

  private record Span(long fromMillis, long toMillis) {}

  Moments(EventLoop loop, RandomGenerator random) {
    this.loop = loop;
    this.random = random;
  }

  /** Returns the wait until a moment that is at least and at most so far away. */
  Duration within(long fromMillis, long toMillis) {
    Span span = new Span(fromMillis, toMillis);
    long now = loop.nanoTime();
    long least = TimeUnit.MILLISECONDS.toNanos(fromMillis);
    Long drawn = last.get(span);
    if (drawn == null || drawn - now < least) {
      drawn = now + TimeUnit.MILLISECONDS.toNanos(random.nextLong(fromMillis, toMillis + 1));
      last.put(span, drawn);
    }
    return Duration.ofNanos(drawn - now);
  }
}
