package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import java.time.Duration;

/**
 * One retry in waiting: at most one timer, set anew, once, when the store is said to be back. For
 * the event loop.
 */
final class Retry {
  private final EventLoop loop;
  private final Backoff backoff;
  private final Runnable attempt;
  private EventLoop.Timer timer;
  private long due; // by the loop's clock
  private boolean hasty; // the store being back makes a difference
  private boolean told; // that the store is back, during an attempt

  Retry(EventLoop loop, Moments moments, Runnable attempt) {
    this.loop = loop;
    this.backoff = new Backoff(moments);
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
    if (told) {
      told = false;
      hurry();
    }
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

  /**
   * The store is back: who waits comes in the next moments, spread anew, for those whose wait ends
   * by itself just now are many too. A first retry only comes sooner by it. An attempt under way
   * may fail yet by what was before, and will not be told again.
   */
  void hurry() {
    if (timer == null) {
      told = true;
    } else if (hasty) {
      hasty = false;
      Duration wait = backoff.whenReachable();
      if (!backoff.isFirst() || wait.toNanos() < due - loop.nanoTime()) {
        in(wait);
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
    told = false;
    backoff.reset();
  }
}
