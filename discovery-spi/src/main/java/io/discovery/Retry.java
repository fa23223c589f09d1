package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import java.time.Duration;

/**
 * One retry in waiting: at most one timer, brought forward when the store is said to be back. For
 * the event loop.
 */
final class Retry {
  private final EventLoop loop;
  private final Backoff backoff;
  private final Runnable attempt;
  private EventLoop.Timer timer;
  private long due;
  private boolean hasty;

  Retry(Engine engine, Runnable attempt) {
    this.loop = engine.loop;
    this.backoff = new Backoff(engine.random);
    this.attempt = attempt;
  }

  boolean waiting() {
    return timer != null;
  }

  /** Waits out the backoff for this failure. */
  void after(Reason reason) {
    // Credentials and content do not get better by the store being reachable.
    hasty = reason != Reason.DENIED && reason != Reason.REJECTED;
    in(backoff.next(reason));
  }

  /** Waits this long. */
  void in(Duration delay) {
    cancel();
    due = loop.nanoTime() + delay.toNanos();
    timer =
        loop.schedule(
            delay,
            () -> {
              timer = null;
              attempt.run();
            });
  }

  /** The store is back: what waits longer than the spread is brought forward into it. */
  void hurry() {
    if (timer != null && hasty) {
      Duration sooner = backoff.whenReachable();
      if (due - loop.nanoTime() > sooner.toNanos()) {
        in(sooner);
      }
    }
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  void succeeded() {
    backoff.reset();
  }
}
