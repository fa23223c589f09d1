package io.discovery;

import io.discovery.spi.EventLoop;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * At most one warning a minute of its kind, with the number of those left out: a broken writer must
 * not fill the log.
 */
final class Warnings {
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final EventLoop loop;
  private boolean quiet;
  private long until;
  private long leftOut;

  Warnings(EventLoop loop) {
    this.loop = loop;
  }

  void warn(Supplier<String> message) {
    long now = loop.nanoTime();
    if (quiet && now - until < 0) {
      leftOut++;
      return;
    }
    String more = leftOut == 0 ? "" : " (and " + leftOut + " more like it before)";
    Engine.LOG.log(Level.WARNING, () -> message.get() + more);
    quiet = true;
    until = now + INTERVAL.toNanos();
    leftOut = 0;
  }
}
