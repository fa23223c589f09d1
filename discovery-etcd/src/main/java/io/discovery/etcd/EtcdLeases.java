package io.discovery.etcd;

import io.discovery.DiscoveryException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The leases of one record. All attempts to write it use the same lease until the store says that
 * it is gone, so whoever revokes it also defeats the puts still under way: they fail for want of a
 * lease.
 *
 * <p>The store can be wrong about a lease for a moment after an election. So the ids of former
 * leases are kept, as ours, and revoked when a write on the present one has been acknowledged. From
 * then on the key hangs on the present one, and revoking a former one can at most remove a late put
 * that had found the key absent.
 *
 * <p>Confined to the event loop.
 */
final class EtcdLeases {
  private static final long NONE = 0;

  private final EtcdConnection connection;
  private final long seconds;
  private final EtcdLease.Holder holder;

  /** All that are not known to be revoked, the present one included. */
  private final Set<Long> ours = new HashSet<>();

  private Optional<EtcdLease> present = Optional.empty();
  private boolean over;

  EtcdLeases(EtcdConnection connection, long seconds, EtcdLease.Holder holder) {
    this.connection = connection;
    this.seconds = seconds;
    this.holder = holder;
  }

  /**
   * Tells whether a key on this lease is a successor's. One without a lease was written by hand
   * over ours: it belongs to nobody and would outlive everybody.
   */
  boolean isForeign(long id) {
    return id != NONE && !ours.contains(id);
  }

  /** Returns the lease to write with, if that is this one. */
  Optional<EtcdLease> present(long id) {
    return present.filter(lease -> lease.id() == id);
  }

  /** Returns the lease to write with, a new one if need be; fails after {@link #revokeAll}. */
  CompletionStage<EtcdLease> obtain(Duration limit) {
    if (over) {
      return CompletableFuture.failedFuture(released());
    }
    if (present.isPresent()) {
      return CompletableFuture.completedFuture(present.get());
    }
    return EtcdLease.grant(connection, seconds, limit, holder).thenApply(this::use);
  }

  private EtcdLease use(EtcdLease granted) {
    ours.add(granted.id());
    if (over) {
      granted.stop();
      revoke(granted.id()); // or it ends with its time to live: nothing hangs on it
      throw released();
    }
    present = Optional.of(granted);
    return granted;
  }

  private DiscoveryException released() {
    return connection.unavailable("the record has been released");
  }

  /** The store says that there is no such lease. */
  void gone(EtcdLease lease) {
    lease.stop();
    present = present.filter(other -> other != lease);
  }

  /** The key hangs on the present lease now. What cannot be revoked now is so another time. */
  void revokeFormer(EtcdLease lease) {
    for (long id : Set.copyOf(ours)) {
      if (id != lease.id()) {
        revoke(id);
      }
    }
  }

  /** Stops renewing at once, then ends all leases and with them whatever hangs on them. */
  CompletionStage<Void> revokeAll() {
    over = true;
    stop();
    return CompletableFuture.allOf(
        ours.stream()
            .map(id -> revoke(id).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  void stop() {
    present.ifPresent(EtcdLease::stop);
    present = Optional.empty();
  }

  private CompletionStage<Void> revoke(long id) {
    return EtcdLease.revoke(connection, id).thenAccept(revoked -> ours.remove(id));
  }
}
