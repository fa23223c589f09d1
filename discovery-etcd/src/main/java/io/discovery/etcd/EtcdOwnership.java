package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One record on a lease of its own: the lease that the key hangs on says whose record it is. {@link
 * EtcdWrite} is how it comes into being, {@link EtcdLeases} how it stays and goes.
 *
 * <p>With each renewal the key is looked at too. Between renewals nothing is watched, so a record
 * that was deleted, taken over or overwritten is noticed within a third of the time to live.
 *
 * <p>Confined to the event loop.
 */
final class EtcdOwnership implements Ownership, EtcdLease.Holder {
  private static final GetOption KEY_ONLY = GetOption.builder().withKeysOnly(true).build();

  /** What etcd grants at least, by default; asked for in any case, so that ttl() means the same. */
  private static final long LEAST_SECONDS = 2;

  private final EtcdConnection connection;
  private final EtcdPuts puts;
  private final ByteSequence key;
  private final Listener listener;
  private final Consumer<EtcdOwnership> onReleased;
  private final EtcdLeases leases;

  /** What the last write left; empty before the first and while the outcome is unknown. */
  private Optional<EtcdWrite.Written> written = Optional.empty();

  /** Counts beginnings and ends of writes: odd during a write. */
  private int phase;

  private boolean lossMayBeTold;
  private boolean released;

  EtcdOwnership(
      EtcdConnection connection,
      EtcdPuts puts,
      ByteSequence key,
      Duration ttl,
      Listener listener,
      Consumer<EtcdOwnership> onReleased) {
    this.connection = connection;
    this.puts = puts;
    this.key = key;
    this.listener = listener;
    this.onReleased = onReleased;
    long seconds = Math.max(LEAST_SECONDS, ttl.plusMillis(999).toSeconds());
    this.leases = new EtcdLeases(connection, seconds, this);
  }

  @Override
  public CompletionStage<Duration> write(Write write) {
    phase++;
    return attempt(write).whenComplete((granted, failure) -> phase++);
  }

  private CompletionStage<Duration> attempt(Write write) {
    ByteSequence value = ByteSequence.from(write.value());
    EtcdWrite attempt = new EtcdWrite(connection, puts, leases, key, value, write.claim());
    return attempt
        .run(written)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                written = Optional.of(done);
                lossMayBeTold = true;
              } else if (attempt.isOutcomeUnknown()) {
                written = Optional.empty();
              }
            })
        .thenApply(EtcdWrite.Written::ttl);
  }

  @Override
  public CompletionStage<Void> release() {
    released = true;
    leases.stop();
    return leases.revokeAll().thenRun(() -> onReleased.accept(this));
  }

  @Override
  public void onBeat() {
    if (phase % 2 != 0 || !lossMayBeTold || written.isEmpty()) {
      return;
    }
    int begun = phase;
    connection
        .kv(connection.callTimeout(), kv -> kv.get(key, KEY_ONLY))
        // A look that overlaps a write tells nothing; one that fails neither, the next is near.
        .thenAccept(
            found -> {
              if (phase == begun && !released) {
                verify(found.getKvs(), written.orElseThrow());
              }
            });
  }

  @Override
  public void onGone(EtcdLease lease, DiscoveryException cause) {
    leases.gone(lease);
    lost(cause);
  }

  @Override
  public void onUnconfirmed(DiscoveryException cause) {
    lost(cause);
  }

  private void verify(List<KeyValue> found, EtcdWrite.Written expected) {
    if (found.isEmpty()) {
      lost(connection.unavailable("somebody deleted the record " + name()));
    } else if (leases.isForeign(found.get(0).getLease())) {
      lost(EtcdWrite.superseded(connection, found.get(0)));
    } else if (found.get(0).getModRevision() != expected.modRevision()) {
      lost(connection.unavailable("somebody changed the record " + name()));
    }
  }

  private void lost(DiscoveryException cause) {
    if (lossMayBeTold && !released) {
      lossMayBeTold = false;
      listener.onLost(cause);
    }
  }

  private String name() {
    return EtcdFailures.escape(key.toString());
  }
}
