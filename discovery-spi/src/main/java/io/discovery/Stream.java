package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * One subscription of the backend, from its opening to its end. Moves events to the loop, lets none
 * through after the end, and ends a subscription that does not deliver its listing or cannot prove
 * itself alive in time (rule 3.9: fault to STALE in at most 1 s of silence, 1 s to the next tick
 * and 2 s for the proof). Everything else belongs to the event loop.
 */
final class Stream implements Observer {
  private static final long SILENCE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration PROOF = Duration.ofSeconds(2);
  private static final long SOUND_NANOS = Duration.ofSeconds(5).toNanos();

  private final Engine engine;
  private final Sink sink;
  private final long openedAt;
  private Subscription subscription; // null until the backend has returned it
  private EventLoop.Timer deadline; // of the listing, then of a proof; null if neither is awaited
  private long proofDue; // when the proof under way, if any, must be in
  private long heardAt;
  private EventLoop.Timer resync; // null until listed
  private boolean listed;
  private boolean over;

  /** Who is told. On the loop, in the order of {@link Observer}. */
  interface Sink {
    /** Of the listing to come; may be ignored. */
    default void onPart(List<Entry> part) {}

    void onListing(Listing listing);

    void onDelta(Delta delta);

    /** All is well, and it is time to read again nevertheless (rule 3.17). */
    void onResync();

    void onEnd(DiscoveryException cause);
  }

  Stream(Engine engine, Sink sink) {
    this.engine = engine;
    this.sink = sink;
    this.openedAt = engine.loop.nanoTime();
  }

  /**
   * @param subscribe asks the backend
   */
  void open(Function<Observer, Subscription> subscribe) {
    engine.checkLoop();
    engine.counters.subscriptions.increment();
    Duration limit = engine.config.listTimeout();
    deadline =
        engine.loop.schedule(limit, () -> fail(unavailable("no complete read within " + limit)));
    Subscription opened;
    try {
      opened = subscribe.apply(this);
    } catch (RuntimeException | Error e) {
      fail(Engine.failure(e));
      return;
    }
    if (over) {
      opened.close();
    } else {
      subscription = opened;
    }
  }

  boolean listed() {
    return listed;
  }

  /** Returns the nanoseconds since it was made. */
  long age() {
    return engine.loop.nanoTime() - openedAt;
  }

  /** Returns whether it has lived long enough to be no part of the last trouble. */
  boolean isSound() {
    return listed && age() > SOUND_NANOS;
  }

  /**
   * Returns for how long a view without this stream may stay current: as long as with it, so that
   * replacing a stream that owes a proof buys it no time (rule 3.9).
   */
  Duration patience() {
    return listed && deadline != null
        ? Duration.ofNanos(Math.max(0, proofDue - engine.loop.nanoTime()))
        : PROOF;
  }

  /** Asks for a proof of life after a silence. */
  void tick() {
    if (listed && deadline == null && engine.loop.nanoTime() - heardAt >= SILENCE_NANOS) {
      proofDue = engine.loop.nanoTime() + PROOF.toNanos();
      deadline =
          engine.loop.schedule(
              PROOF, () -> fail(unavailable("the store gave no sign of life within " + PROOF)));
      engine.attempt(
          subscription::probe,
          (alive, failure) -> {
            if (failure != null) {
              fail(failure);
            } else if (!over) {
              heard();
            }
          });
    }
  }

  @Override
  public void onPart(List<Entry> part) {
    engine.loop.execute(
        () -> {
          if (!over && !listed) {
            sink.onPart(part);
          }
        });
  }

  @Override
  public void onListing(Listing listing) {
    // Through the queue even on the loop: a backend may call from within subscribe, before its
    // caller has the subscription.
    engine.loop.execute(
        () -> {
          if (!over && !listed) {
            listed = true;
            heard();
            resync = engine.loop.schedule(untilResync(), sink::onResync);
            take(() -> sink.onListing(listing));
          }
        });
  }

  @Override
  public void onDelta(Delta delta) {
    engine.loop.execute(
        () -> {
          if (!over) {
            heard();
            take(() -> sink.onDelta(delta));
          }
        });
  }

  /** What could not be taken, for want of memory, say, would be missing from now on. */
  private void take(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException | Error e) {
      fail(Engine.failure(e));
      throw e;
    }
  }

  @Override
  public void onEnd(DiscoveryException cause) {
    engine.loop.execute(() -> fail(cause));
  }

  /** Ends the stream and tells. */
  void fail(DiscoveryException cause) {
    if (!over) {
      close();
      sink.onEnd(cause);
    }
  }

  /** Ends the stream without telling. Idempotent. */
  void close() {
    engine.checkLoop();
    if (!over) {
      over = true;
      cancelDeadline();
      if (resync != null) {
        resync.cancel();
      }
      if (subscription != null) {
        subscription.close();
      }
    }
  }

  private void heard() {
    heardAt = engine.loop.nanoTime();
    cancelDeadline();
  }

  /** The clients of one store do not read again all at once. */
  private Duration untilResync() {
    double factor = 0.8 + 0.4 * engine.random.nextDouble();
    return Duration.ofNanos((long) (engine.config.resyncInterval().toNanos() * factor));
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel();
      deadline = null;
    }
  }

  private static DiscoveryException unavailable(String message) {
    return new DiscoveryException(Reason.UNAVAILABLE, message);
  }
}
