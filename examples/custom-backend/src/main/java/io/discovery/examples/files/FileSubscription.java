package io.discovery.examples.files;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Reads the service again and again and reports what differs. So nothing can be missed but states
 * that lasted less than a pause, which a watch may skip (rule 3.6). {@code java.nio}'s WatchService
 * could shorten the pause; it loses events when it overflows and could not replace the reading.
 */
final class FileSubscription implements Subscription {
  private final FileBackend backend;
  private final FileStore store;
  private final String service;
  private final Observer observer;
  private EventLoop.Timer next = () -> {};
  private boolean closed;

  FileSubscription(FileBackend backend, FileStore store, String service, Observer observer) {
    this.backend = backend;
    this.store = store;
    this.service = service;
    this.observer = observer;
    look(null);
  }

  /** Reads; {@code before} is the read before this one, null for the first. */
  private void look(Listing before) {
    backend
        .read(() -> store.list(service))
        .whenComplete(
            (now, failure) -> {
              if (closed) {
                return;
              }
              if (failure != null) {
                end((DiscoveryException) failure);
              } else if (before != null && isReplaced(before, now)) {
                end(new DiscoveryException(Reason.UNAVAILABLE, "the directory was replaced"));
              } else {
                report(before, now);
                next = backend.loop().schedule(backend.poll(), () -> look(now));
              }
            });
  }

  /** Only a new listing can say that the data is another (rule 3.12). */
  private static boolean isReplaced(Listing before, Listing now) {
    return !before.store().isEmpty() && !before.store().equals(now.store());
  }

  private void report(Listing before, Listing now) {
    if (before == null) {
      observer.onListing(now);
      return;
    }
    Map<String, Entry> gone = new HashMap<>();
    before.entries().forEach(entry -> gone.put(entry.id(), entry));
    List<Entry> puts = new ArrayList<>();
    for (Entry entry : now.entries()) {
      if (!entry.equals(gone.remove(entry.id()))) {
        puts.add(entry);
      }
    }
    if (!puts.isEmpty() || !gone.isEmpty()) {
      observer.onDelta(new Delta(0, puts, List.copyOf(gone.keySet())));
    }
  }

  private void end(DiscoveryException cause) {
    close();
    observer.onEnd(cause);
  }

  /** The looks have no connection of their own: what carries them is the disk thread. */
  @Override
  public CompletionStage<Void> probe() {
    return backend.request(store::identity).thenApply(alive -> null);
  }

  @Override
  public void close() {
    closed = true;
    next.cancel();
  }
}
