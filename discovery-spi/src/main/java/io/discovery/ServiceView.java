package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the one view that all watchers of a service in this registry share (rule 3.16). There is
 * one way to recover, used every day: subscribe again and show the difference of the new complete
 * read. Everything here belongs to the event loop.
 *
 * <pre>
 *  CONNECTING ── listing ──► CURRENT ── end ──► STALE ── backoff, subscribe, listing ──► CURRENT
 *      └ end: backoff, subscribe      └ refresh: subscribe anew, CURRENT unless that fails
 * </pre>
 */
final class ServiceView implements Stream.Sink {
  private static final long REFRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final Engine engine;
  private final String service;
  private final Contents contents;
  private final Retry retry;
  private final Set<LocalWatcher> watchers = new LinkedHashSet<>();
  // Joined a view that was there already: told first what is read after they came (rule 3.2).
  private Set<LocalWatcher> joining = new LinkedHashSet<>();
  private Set<LocalWatcher> joiningNext = new LinkedHashSet<>();
  private Stream stream; // null while waiting to subscribe again
  private EventLoop.Timer overdue;
  private EventLoop.Timer doubt;
  private Optional<Snapshot> snapshot = Optional.empty();
  private long sequence;
  private Status status;

  ServiceView(Engine engine, String service) {
    this.engine = engine;
    this.service = service;
    this.contents = new Contents(engine, service);
    this.retry = new Retry(engine.loop, engine.moments, this::subscribe);
    this.status = new Status(Phase.CONNECTING, engine.clock.instant(), Optional.empty());
  }

  void add(LocalWatcher watcher) {
    engine.checkLoop();
    if (stream == null && !retry.waiting()) {
      watchers.add(watcher);
      subscribe();
    } else if (stream == null || status.phase() == Phase.STALE) {
      watchers.add(watcher);
      watcher.publish(snapshot, status);
    } else if (stream.listed()) {
      joining.add(watcher);
      subscribe();
    } else {
      joiningNext.add(watcher);
    }
  }

  /** Returns whether the view is of no use any more. */
  boolean remove(LocalWatcher watcher) {
    engine.checkLoop();
    watchers.remove(watcher);
    joining.remove(watcher);
    joiningNext.remove(watcher);
    return watchers.isEmpty() && joining.isEmpty() && joiningNext.isEmpty();
  }

  void close() {
    engine.checkLoop();
    retry.cancel();
    cancelTimers();
    endStream();
  }

  /** Reads again now, unless that was done within the last second or is under way. */
  void refresh() {
    engine.checkLoop();
    if (stream != null && stream.listed() && stream.age() > REFRESH_NANOS) {
      subscribe();
    }
  }

  /** The store is back. */
  void hurry() {
    retry.hurry();
  }

  /** Called about once a second: makes a silent stream prove itself. */
  void tick() {
    if (stream != null) {
      stream.tick();
    }
  }

  private void subscribe() {
    Optional<Duration> patience = Optional.ofNullable(stream).map(Stream::patience);
    endStream();
    cancelTimers();
    if (status.phase() == Phase.CURRENT) {
      doubt = engine.loop.schedule(patience.orElseThrow(), this::doubt);
    }
    stream = new Stream(engine, this);
    stream.open(observer -> engine.backend().subscribe(Names.encode(service), observer));
  }

  /**
   * A view that reads again stays current only as long as that takes no longer than a proof of life
   * may.
   */
  private void doubt() {
    become(
        Phase.STALE,
        Optional.of(
            new DiscoveryException(
                Reason.UNAVAILABLE, "reading again takes longer than a proof of life may")));
    publish();
  }

  @Override
  public void onPart(List<Entry> part) {
    // A current view has time, and no more of it than a proof of life may take.
    if (status.phase() != Phase.CURRENT) {
      contents.prepare(part);
    }
  }

  @Override
  public void onListing(Listing listing) {
    if (listing.entries().size() > engine.config.maxInstances()) {
      stream.fail(Contents.tooMany(engine, service, listing.entries().size()));
      return;
    }
    if (doubt != null) {
      doubt.cancel();
    }
    boolean changed = contents.apply(listing);
    watchers.addAll(joining);
    joining = joiningNext;
    joiningNext = new LinkedHashSet<>();
    become(Phase.CURRENT, Optional.empty());
    if (changed || snapshot.isEmpty()) {
      renew();
    }
    publish();
    awaitOverdue();
    if (!joining.isEmpty()) {
      subscribe();
    }
  }

  @Override
  public void onDelta(Delta delta) {
    int most = contents.size() + delta.puts().size();
    if (most > engine.config.maxInstances()
        && contents.sizeAfter(delta) > engine.config.maxInstances()) {
      stream.fail(Contents.tooMany(engine, service, most));
    } else if (contents.apply(delta)) {
      renew();
      publish();
    }
  }

  @Override
  public void onResync() {
    subscribe();
  }

  @Override
  public void onEnd(DiscoveryException cause) {
    if (stream.isSound()) {
      retry.succeeded();
    }
    endStream();
    cancelTimers();
    watchers.addAll(joining);
    watchers.addAll(joiningNext);
    joining.clear();
    joiningNext.clear();
    become(status.phase() == Phase.CONNECTING ? Phase.CONNECTING : Phase.STALE, Optional.of(cause));
    publish();
    retry.after(cause.reason());
  }

  private void become(Phase phase, Optional<DiscoveryException> cause) {
    boolean same =
        phase == status.phase()
            && cause.map(Throwable::getMessage).equals(status.cause().map(Throwable::getMessage));
    if (same) {
      return;
    }
    if (phase != status.phase()) {
      Level level = phase == Phase.STALE ? Level.WARNING : Level.INFO;
      String why = cause.map(c -> ": " + c.getMessage()).orElse("");
      Engine.LOG.log(level, () -> "watch of " + Names.escape(service) + " is " + phase + why);
    }
    status =
        new Status(phase, phase == status.phase() ? status.since() : engine.clock.instant(), cause);
  }

  private void renew() {
    snapshot = Optional.of(new Snapshot(service, ++sequence, contents.shown()));
  }

  private void publish() {
    for (LocalWatcher watcher : watchers) {
      watcher.publish(snapshot, status);
    }
  }

  /**
   * Arms the timer that ends the grace of instances lost with the store's data. Faults do not
   * shrink (rule 3.10).
   */
  private void awaitOverdue() {
    contents
        .untilOverdue()
        .ifPresent(
            delay ->
                overdue =
                    engine.loop.schedule(
                        delay,
                        () -> {
                          if (contents.dropOverdue()) {
                            renew();
                            publish();
                          }
                          awaitOverdue();
                        }));
  }

  private void endStream() {
    if (stream != null) {
      stream.close();
      stream = null;
      contents.forgetPart();
    }
  }

  private void cancelTimers() {
    for (EventLoop.Timer timer : new EventLoop.Timer[] {overdue, doubt}) {
      if (timer != null) {
        timer.cancel();
      }
    }
  }
}
