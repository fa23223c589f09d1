package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.SimKey.State;
import io.discovery.SimLink.Fault;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One stream of events from the simulated store, in order. When one message is lost so are all
 * after it, and the stream ends sooner or later or does not answer a probe. Proofs of life travel
 * behind the events.
 */
final class SimSubscription implements Subscription {
  private static final long AT_ONCE = -1;

  private final SimBackend backend;
  private final String service;
  private final Observer observer;
  private final Map<String, Integer> sent = new HashMap<>(); // by id, the newest state told
  private long lastArrival;
  private boolean listed; // at the store
  private boolean broken; // a message was lost
  private boolean skipping; // the next event is lost without a trace: what no backend may do
  private boolean ended;
  private boolean closed;

  SimSubscription(SimBackend backend, String service, Observer observer) {
    this.backend = backend;
    this.service = service;
    this.observer = observer;
  }

  String service() {
    return service;
  }

  boolean open() {
    return !closed && !ended;
  }

  void begin() {
    SimLink link = backend.link;
    if (backend.knobs.instant() && link.isPlain()) {
      readRest(startReading(), AT_ONCE);
      return;
    }
    backend.clock.after(
        link.latency(),
        () -> {
          if (link.loses()) {
            breakOff();
          } else if (link.suffers(Fault.DENIED)) {
            end(Reason.DENIED);
          } else if (open()) {
            List<Entry> first = startReading();
            long reading = backend.knobs.scattered() ? link.latency() : 0;
            tellPart(first);
            backend.clock.after(reading, () -> readRest(first, link.listingLatency()));
          }
        });
  }

  /** Reads every other record now; what changes from here on is noticed. */
  private List<Entry> startReading() {
    backend.store.follow(this);
    List<Entry> first = new ArrayList<>();
    int count = 0;
    for (SimKey key : backend.store.keys(service)) {
      boolean later = backend.knobs.scattered() && count++ % 2 == 1;
      if (!later) {
        read(key, first);
      }
    }
    return first;
  }

  /** Of what was read so far; or, if it is rough, of something else. */
  private void tellPart(List<Entry> first) {
    List<Entry> part =
        List.copyOf(
            backend.knobs.rough() && !first.isEmpty() ? first.subList(1, first.size()) : first);
    backend.tell(
        () -> {
          if (!ended && (!closed || backend.knobs.late())) {
            observer.onPart(part);
          }
        });
  }

  private void read(SimKey key, List<Entry> into) {
    State now = key.now();
    sent.put(key.id, now.index());
    if (!now.absent()) {
      into.add(new Entry(Names.encode(key.id), now.value()));
    }
  }

  private void readRest(List<Entry> entries, long latency) {
    if (ended || closed) {
      return;
    }
    List<SimKey> changed = new ArrayList<>();
    for (SimKey key : backend.store.keys(service)) {
      if (!sent.containsKey(key.id)) {
        read(key, entries);
      } else if (sent.get(key.id) < key.now().index()) {
        changed.add(key);
      }
    }
    listed = true;
    Listing listing = new Listing(backend.store.identity(), backend.store.revision(), entries);
    long readAt = backend.clock.now();
    if (latency == AT_ONCE) {
      observer.onListing(listing);
    } else {
      arrive(
          latency,
          () -> {
            backend.slowListing(backend.clock.now() - readAt);
            backend.trace(() -> "listing of " + service + " at " + listing.revision());
            observer.onListing(listing);
          });
    }
    changed.forEach(key -> changed(key, key.now()));
  }

  /** The store has changed. */
  void changed(SimKey key, State state) {
    if (!listed || (sent.containsKey(key.id) && sent.get(key.id) >= state.index())) {
      return;
    }
    sent.put(key.id, state.index());
    if (skipping) {
      skipping = false;
      return;
    }
    Delta delta = delta(key, state);
    arrive(
        backend.link.eventLatency(),
        () -> {
          observer.onDelta(delta);
          if (backend.knobs.rough() && backend.random.oneIn(8)) {
            observer.onDelta(
                backend.random.oneIn(2)
                    ? delta
                    : new Delta(delta.revision(), List.of(), List.of()));
          }
        });
  }

  private Delta delta(SimKey key, State state) {
    String segment = Names.encode(key.id);
    return state.absent()
        ? new Delta(backend.store.revision(), List.of(), List.of(segment))
        : new Delta(
            backend.store.revision(), List.of(new Entry(segment, state.value())), List.of());
  }

  /** Lets a message arrive after those before it. */
  private void arrive(long latency, Runnable message) {
    lastArrival = Math.max(lastArrival, backend.clock.now() + latency);
    backend.clock.after(
        lastArrival - backend.clock.now(),
        () -> {
          if (backend.link.loses()) {
            breakOff();
          } else if (!broken) {
            backend.tell(
                () -> {
                  if (!ended && (!closed || backend.knobs.late())) {
                    message.run();
                  }
                });
          }
        });
  }

  /** Loses whatever is still to come, and notices unless it all falls into a hole. */
  private void breakOff() {
    if (!broken) {
      broken = true;
      long notice = backend.link.suffers(Fault.BLACK_HOLE) ? backend.link.untilOpen() : 0;
      backend.clock.after(notice + backend.link.eventLatency(), () -> end(Reason.UNAVAILABLE));
    }
  }

  /** The servers were replaced. */
  void cutOff() {
    backend.store.unfollow(this);
    breakOff();
  }

  void end(Reason reason) {
    backend.store.unfollow(this);
    broken = true;
    backend.tell(
        () -> {
          if (!ended && (!closed || backend.knobs.late())) {
            ended = true;
            backend.trace(() -> "stream of " + service + " ends: " + reason);
            observer.onEnd(
                new DiscoveryException(reason, backend.random.oneIn(4) ? null : "ended"));
          }
        });
  }

  /** Loses the next event and goes on as if nothing had been: only reading again mends that. */
  void skipOne() {
    skipping = true;
  }

  void abandon() {
    backend.store.unfollow(this);
    ended = true;
  }

  @Override
  public CompletionStage<Void> probe() {
    backend.called("probe " + service);
    backend.oracles.check(
        !closed && listed, SimOracle.PROTOCOL, () -> "probe of a stream that is not open");
    CompletableFuture<Void> proof = new CompletableFuture<>();
    if (backend.knobs.instant()
        && backend.link.isPlain()
        && !broken
        && lastArrival <= backend.clock.now()) {
      proof.complete(null);
      return proof;
    }
    backend.clock.after(
        backend.config().requestTimeout().toNanos(),
        () ->
            backend.answer(
                proof,
                () ->
                    proof.completeExceptionally(backend.failure(Reason.UNAVAILABLE, "no proof"))));
    backend.clock.after(
        backend.link.eventLatency(),
        () -> {
          if (backend.link.loses()) {
            breakOff();
          } else {
            arrive(backend.link.eventLatency(), () -> proof.complete(null));
          }
        });
    return proof;
  }

  @Override
  public void close() {
    backend.trace(() -> "close stream of " + service);
    backend.oracles.check(
        backend.loop.inLoop(), SimOracle.PROTOCOL, () -> "stream closed outside of the loop");
    closed = true;
    backend.store.unfollow(this);
  }
}
