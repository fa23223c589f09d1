package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.spi.Backend;
import io.discovery.spi.Delta;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The right backend; a {@link Fault} overrides what it does wrong. On the event loop. */
class Detour implements Backend {
  final Wiring at;
  private final Backend right;

  Detour(Wiring at) {
    this.at = at;
    this.right = at.right();
  }

  Ownership own(Handle handle) {
    return handle.right();
  }

  @Override
  public final Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    return own(new Handle(at, right, name(service), id, ttl, listener));
  }

  /** Returns what a service is called in the store. */
  String name(String service) {
    return service;
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    return right.subscribe(name(service), observer);
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    return right.subscribeSettings(name(service), observer);
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    return right.list(name(service));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    return right.services();
  }

  @Override
  public CompletionStage<Void> shutdown() {
    return right.shutdown();
  }

  /** A right handle on a record. */
  static class Owned implements Ownership {
    Ownership right;

    Owned(Ownership right) {
      this.right = right;
    }

    @Override
    public CompletionStage<Duration> write(Write write) {
      return right.write(write);
    }

    @Override
    public CompletionStage<Void> release() {
      return right.release();
    }
  }

  /** A right watch. */
  static class Watched implements Subscription {
    final Subscription right;

    Watched(Subscription right) {
      this.right = right;
    }

    @Override
    public CompletionStage<Void> probe() {
      return right.probe();
    }

    @Override
    public void close() {
      right.close();
    }
  }

  /** Tells everything as it is. */
  static class Told implements Observer {
    final Observer observer;

    Told(Observer observer) {
      this.observer = observer;
    }

    @Override
    public void onListing(Listing listing) {
      observer.onListing(listing);
    }

    @Override
    public void onDelta(Delta delta) {
      observer.onDelta(delta);
    }

    @Override
    public void onEnd(DiscoveryException cause) {
      observer.onEnd(cause);
    }
  }
}
