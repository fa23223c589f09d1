package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Delta;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One watch on a {@link MemoryStore}. The store calls it under its lock, which keeps the order of
 * changes; everything is handed to the client's event loop, where {@link #closed} lives.
 */
final class MemorySubscription implements Subscription {
  private final MemoryBackend client;
  private final String prefix;
  private final Observer observer;
  private boolean broken; // guarded by the store: a change could not be delivered
  private boolean closed;

  MemorySubscription(MemoryBackend client, String prefix, Observer observer) {
    this.client = client;
    this.prefix = prefix;
    this.observer = observer;
  }

  String prefix() {
    return prefix;
  }

  MemoryLink link() {
    return client.link();
  }

  boolean broken() {
    return broken;
  }

  void begin(Listing listing) {
    carry(() -> observer.onListing(listing));
  }

  void deliver(Delta delta) {
    carry(() -> observer.onDelta(delta));
  }

  /** Once one thing is lost, later ones would make a wrong view. */
  private void carry(Runnable news) {
    broken |= client.fault() != MemoryFault.NONE;
    if (!broken) {
      onLoop(news);
    }
  }

  void end(String why) {
    DiscoveryException cause = new DiscoveryException(Reason.UNAVAILABLE, client + ": " + why);
    onLoop(
        () -> {
          closed = true;
          observer.onEnd(cause);
          client.reconnect();
        });
  }

  private void onLoop(Runnable news) {
    client
        .loop()
        .execute(
            () -> {
              if (!closed) {
                news.run();
              }
            });
  }

  @Override
  public CompletionStage<Void> probe() {
    return closed
        ? CompletableFuture.failedFuture(
            new DiscoveryException(Reason.UNAVAILABLE, client + ": the stream is over"))
        : client.call(client.config().requestTimeout(), () -> null);
  }

  @Override
  public void close() {
    closed = true;
    client.forget(this);
  }
}
