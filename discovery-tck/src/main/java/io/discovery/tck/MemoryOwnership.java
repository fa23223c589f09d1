package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * One record of ours, renewed every third of its time to live. Lives on the client's event loop,
 * but for {@link #lost}, which the store calls under its lock: a notice so queued comes before the
 * answer to any later write.
 */
final class MemoryOwnership implements Ownership {
  private final MemoryBackend client;
  private final String key;
  private final Duration ttl;
  private final Listener listener;
  private boolean held; // acknowledged, and no loss told since
  private boolean released;
  private long confirmedAt;
  private EventLoop.Timer renewal = () -> {};

  MemoryOwnership(MemoryBackend client, String key, Duration ttl, Listener listener) {
    this.client = client;
    this.key = key;
    this.ttl = ttl;
    this.listener = listener;
  }

  @Override
  public CompletionStage<Duration> write(Write write) {
    return client
        .call(
            client.config().requestTimeout(),
            () -> {
              client.store().write(this, write);
              return ttl;
            })
        .whenComplete(
            (granted, failure) -> {
              if (failure == null && !released) {
                held = true;
                confirmedAt = client.loop().nanoTime();
                scheduleRenewal();
              }
            });
  }

  @Override
  public CompletionStage<Void> release() {
    released = true;
    renewal.cancel();
    return client.call(
        client.config().requestTimeout(),
        () -> {
          client.store().release(this);
          client.forget(this);
          return null;
        });
  }

  String key() {
    return key;
  }

  long ttlNanos() {
    return ttl.toNanos();
  }

  /** The store says that the record is gone or another's. */
  void lost(String why) {
    client
        .loop()
        .execute(
            () -> {
              // A notice travels as every answer does.
              if (client.fault() == MemoryFault.NONE) {
                tellLost(why);
              }
            });
  }

  private void scheduleRenewal() {
    renewal.cancel();
    renewal = client.loop().schedule(ttl.dividedBy(3), this::renew);
  }

  private void renew() {
    client
        .call(client.config().requestTimeout(), () -> client.store().renew(this))
        .whenComplete(
            (ours, failure) -> {
              if (!held || released) {
                return;
              }
              long now = client.loop().nanoTime();
              if (failure != null && now - confirmedAt > ttl.toNanos()) {
                tellLost("not renewed for a whole time to live");
              } else if (failure == null && !ours) {
                tellLost("its renewal was refused");
              } else {
                confirmedAt = failure == null ? now : confirmedAt;
                scheduleRenewal();
              }
            });
  }

  private void tellLost(String why) {
    if (held && !released) {
      held = false;
      renewal.cancel();
      listener.onLost(new DiscoveryException(Reason.UNAVAILABLE, "record " + key + ": " + why));
    }
  }
}
