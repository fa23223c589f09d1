package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One attempt to make a record what it should be, in as many steps as it takes and as its time
 * allows.
 *
 * <p>Each put compares the mod revision last seen (0: no such key) and otherwise reads. So a put
 * that was given up and lands later, when a frozen member thaws, finds another revision and changes
 * nothing, unless nothing else has happened meanwhile; then it is what was wanted, on our lease,
 * and the next attempt recognises it. A put re-attaches the key to its new lease, hence a take-over
 * leaves no gap, and the end of the old lease removes nothing.
 *
 * <p>Confined to the event loop; used once.
 */
final class EtcdWrite {
  private static final long ABSENT = 0;

  private final EtcdConnection connection;
  private final EtcdPuts puts;
  private final EtcdLeases leases;
  private final ByteSequence key;
  private final ByteSequence value;
  private final Claim claim;
  private final EtcdDeadline deadline;

  private boolean unknown;

  /** What an acknowledged write has left in the store. */
  record Written(ByteSequence value, long modRevision, Duration ttl) {}

  EtcdWrite(
      EtcdConnection connection,
      EtcdPuts puts,
      EtcdLeases leases,
      ByteSequence key,
      ByteSequence value,
      Claim claim) {
    this.connection = connection;
    this.puts = puts;
    this.leases = leases;
    this.key = key;
    this.value = value;
    this.claim = claim;
    this.deadline = new EtcdDeadline(connection.loop(), connection.requestTimeout());
  }

  /**
   * Runs the attempt.
   *
   * @param before what the write before has left, if its outcome is known
   */
  CompletionStage<Written> run(Optional<Written> before) {
    if (before.isPresent() && before.get().value().equals(value)) {
      return EtcdTurns.ask(connection, deadline, limit -> connection.kv(limit, kv -> kv.get(key)))
          .thenCompose(found -> decide(found.getKvs()));
    }
    return put(before.map(Written::modRevision).orElse(ABSENT));
  }

  /** Tells whether a put may have happened or may still happen of which no answer has come. */
  boolean isOutcomeUnknown() {
    return unknown;
  }

  private CompletionStage<Written> decide(List<KeyValue> kvs) {
    if (kvs.isEmpty()) {
      return put(ABSENT);
    }
    KeyValue found = kvs.get(0);
    if (claim == Claim.HEAL && leases.isForeign(found.getLease())) {
      return CompletableFuture.failedFuture(superseded(connection, found));
    }
    Optional<EtcdLease> present = leases.present(found.getLease());
    return present.isPresent() && found.getValue().equals(value)
        ? adopt(present.get(), found.getModRevision())
        : put(found.getModRevision());
  }

  /** The record is as it should be; if the lease lives there is nothing to write (rule 2.8). */
  private CompletionStage<Written> adopt(EtcdLease lease, long modRevision) {
    return lease
        .renew(deadline.left())
        .thenApply(renewed -> acknowledged(lease, modRevision))
        .exceptionallyCompose(e -> onANewLease(lease, modRevision, e));
  }

  private CompletionStage<Written> put(long seen) {
    return EtcdTurns.ask(connection, deadline, leases::obtain)
        .thenCompose(
            lease ->
                putOn(lease, seen)
                    .thenApply(outcome -> after(outcome, lease))
                    .exceptionally(e -> onANewLease(lease, seen, e))
                    .thenCompose(next -> next));
  }

  private CompletionStage<Written> after(EtcdPuts.Outcome outcome, EtcdLease lease) {
    if (!outcome.done()) {
      return decide(outcome.found());
    }
    long written = outcome.revision();
    // While the answer was on its way a renewal may have found the lease gone, and the record with
    // it.
    return leases.present(lease.id()).isPresent()
        ? CompletableFuture.completedFuture(acknowledged(lease, written))
        : put(written);
  }

  private CompletionStage<EtcdPuts.Outcome> putOn(EtcdLease lease, long seen) {
    unknown = true;
    return EtcdTurns.ask(
            connection, deadline, limit -> puts.put(limit, key, value, lease.id(), seen))
        .whenComplete((outcome, e) -> unknown = e != null && !EtcdFailures.isRefusal(e));
  }

  private CompletionStage<Written> onANewLease(EtcdLease old, long seen, Throwable e) {
    if (!EtcdFailures.isLeaseGone(e)) {
      return CompletableFuture.failedFuture(e);
    }
    leases.gone(old);
    return put(seen);
  }

  private Written acknowledged(EtcdLease lease, long modRevision) {
    leases.revokeFormer(lease);
    return new Written(value, modRevision, lease.ttl());
  }

  /** The record found belongs to somebody else. */
  static DiscoveryException superseded(EtcdConnection connection, KeyValue found) {
    return new DiscoveryException(
        Reason.SUPERSEDED,
        connection
            + ": the record "
            + EtcdFailures.escape(found.getKey().toString())
            + " belongs to another registration since revision "
            + found.getModRevision()
            + " (lease "
            + Long.toHexString(found.getLease())
            + ")");
  }
}
