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
  private boolean hasty; // the store being back makes a difference

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
  }

  /** Waits this long. */
  void in(Duration delay) {
    cancel();
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
   * by itself just now are many too. A first retry comes when it would have come.
   */
  void hurry() {
    if (timer != null && hasty && !backoff.isFirst()) {
      hasty = false;
      in(backoff.whenReachable());
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
