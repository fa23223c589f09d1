package io.discovery.examples.files;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * One record of ours. Its owner is this handle, by a random token in the file: so an attempt with
 * unknown outcome is recognised as our own by the next, and a successor's record never is. The disk
 * thread runs attempts in their order, late ones included.
 *
 * <p>While held, a heartbeat every third of the time to live: at least two may fail.
 */
final class FileOwnership implements Ownership {
  /** Less is no use where a garbage collection may take half of it. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final FileBackend backend;
  private final String owner = UUID.randomUUID().toString();
  private final String service;
  private final String id;
  private final Duration ttl;
  private final Listener listener;
  private EventLoop.Timer beat = () -> {};
  private long confirmedAt;
  private boolean held; // acknowledged, neither told lost nor released since

  FileOwnership(FileBackend backend, String service, String id, Duration ttl, Listener listener) {
    this.backend = backend;
    this.service = service;
    this.id = id;
    this.ttl = ttl.compareTo(SHORTEST) < 0 ? SHORTEST : ttl;
    this.listener = listener;
  }

  @Override
  public CompletionStage<Duration> write(Write write) {
    FileRecord record = new FileRecord(owner, ttl, service, new Entry(id, write.value()));
    return backend
        .request(() -> backend.store().write(record, write.claim()))
        .thenApply(
            written -> {
              held = true;
              confirmed();
              return ttl;
            });
  }

  @Override
  public CompletionStage<Void> release() {
    end();
    return backend.request(() -> backend.store().remove(service, id, owner));
  }

  private void confirmed() {
    confirmedAt = backend.loop().nanoTime();
    awaitBeat();
  }

  private void awaitBeat() {
    beat.cancel();
    beat = backend.loop().schedule(ttl.dividedBy(3), this::beat);
  }

  private void beat() {
    backend
        .request(() -> backend.store().beat(service, id, owner))
        .whenComplete(
            (ours, failure) -> {
              if (!held) {
                return;
              }
              if (failure == null && ours) {
                confirmed();
              } else if (failure == null) {
                lose("is gone or another's");
              } else if (backend.loop().nanoTime() - confirmedAt > ttl.toNanos()) {
                lose("could not be renewed for " + ttl);
              } else {
                awaitBeat();
              }
            });
  }

  private void lose(String why) {
    end();
    listener.onLost(
        new DiscoveryException(Reason.UNAVAILABLE, "record " + service + "/" + id + " " + why));
  }

  private void end() {
    held = false;
    beat.cancel();
  }
}
