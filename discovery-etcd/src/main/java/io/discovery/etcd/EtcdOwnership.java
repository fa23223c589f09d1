package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One record on a lease of its own: whose lease the key hangs on says whose record it is.
 *
 * <p><b>Writes</b> are transactions that compare the mod revision last seen (0: no such key) and
 * otherwise read. So a put that was given up and lands later, when a frozen member thaws, finds
 * another revision and changes nothing, unless nothing else has happened meanwhile; then it is what
 * was wanted, on our lease, and the next attempt recognises it. A put re-attaches the key to its
 * new lease, hence a take-over leaves no gap, and the end of the old lease removes nothing.
 *
 * <p><b>Leases.</b> All attempts use the same lease until the store says it is gone, so a release
 * that revokes it also defeats the puts still under way: they fail for want of a lease. The store
 * can be wrong about that for a moment after an election; therefore the ids of former leases are
 * kept, as ours, and revoked when a write on the new lease has been acknowledged. From then on the
 * key hangs on the new one, and revoking an old one can at most remove a late put that had found
 * the key absent.
 *
 * <p>Confined to the event loop.
 */
final class EtcdOwnership implements Ownership, EtcdLease.Holder {
  private static final long ABSENT = 0;

  /** What etcd grants at least, by default; asked for in any case, so that ttl() means the same. */
  private static final long LEAST_SECONDS = 2;

  private static final GetOption KEY_ONLY = GetOption.builder().withKeysOnly(true).build();

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final EtcdWindow window;
  private final ByteSequence key;
  private final long ttlSeconds;
  private final Duration timeout;
  private final Listener listener;
  private final Consumer<EtcdOwnership> onReleased;

  /**
   * Leases that the key may hang on and that are not known to be revoked, the present one included.
   */
  private final Set<Long> leases = new HashSet<>();

  private Optional<EtcdLease> lease = Optional.empty();

  /** What the last acknowledged write left; empty while a write has an unknown outcome. */
  private Optional<Written> written = Optional.empty();

  /** Counts the beginnings and ends of writes, to drop the answers of reads that overlap one. */
  private int phase;

  private boolean writing;
  private boolean lostMayBeTold;
  private boolean released;

  private record Written(ByteSequence value, long modRevision) {}

  EtcdOwnership(
      EtcdConnection connection,
      EventLoop loop,
      EtcdWindow window,
      ByteSequence key,
      Duration ttl,
      Duration timeout,
      Listener listener,
      Consumer<EtcdOwnership> onReleased) {
    this.connection = connection;
    this.loop = loop;
    this.window = window;
    this.key = key;
    this.ttlSeconds = Math.max(LEAST_SECONDS, ttl.plusMillis(999).toSeconds());
    this.timeout = timeout;
    this.listener = listener;
    this.onReleased = onReleased;
  }

  @Override
  public CompletionStage<Duration> write(Write write) {
    writing = true;
    phase++;
    return window
        .enter(() -> new Attempt(write).run())
        .whenComplete(
            (granted, failure) -> {
              writing = false;
              phase++;
            });
  }

  @Override
  public CompletionStage<Void> release() {
    released = true;
    lease.ifPresent(EtcdLease::stop);
    lease = Optional.empty();
    return window.enter(this::revokeAll).thenRun(() -> onReleased.accept(this));
  }

  @Override
  public void onBeat() {
    if (writing || !lostMayBeTold || written.isEmpty()) {
      return;
    }
    int begun = phase;
    connection
        .kv(connection.callTimeout(), kv -> kv.get(key, KEY_ONLY))
        .thenAccept(
            found -> {
              if (phase == begun && !released) {
                verify(found.getKvs());
              }
            });
  }

  @Override
  public void onGone(DiscoveryException cause) {
    lease = Optional.empty();
    lost(cause);
  }

  @Override
  public void onUnconfirmed(DiscoveryException cause) {
    lost(cause);
  }

  /** Sees what no renewal can tell: that somebody else has touched the record. */
  private void verify(List<KeyValue> found) {
    if (found.isEmpty()) {
      lost(connection.unavailable("somebody deleted the record " + name()));
    } else if (!leases.contains(found.get(0).getLease())) {
      lost(superseded(found.get(0)));
    } else if (found.get(0).getModRevision() != written.orElseThrow().modRevision()) {
      lost(connection.unavailable("somebody changed the record " + name()));
    }
  }

  private void lost(DiscoveryException cause) {
    if (lostMayBeTold && !released) {
      lostMayBeTold = false;
      listener.onLost(cause);
    }
  }

  private CompletionStage<Void> revokeAll() {
    return CompletableFuture.allOf(
        leases.stream()
            .map(id -> revoke(id, timeout).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  private CompletionStage<Void> revoke(long id, Duration limit) {
    return EtcdLease.revoke(connection, id, limit).thenAccept(revoked -> leases.remove(id));
  }

  private DiscoveryException superseded(KeyValue foreign) {
    return new DiscoveryException(
        Reason.SUPERSEDED,
        connection
            + ": the record "
            + name()
            + " belongs to another registration since revision "
            + foreign.getModRevision()
            + " (lease "
            + Long.toHexString(foreign.getLease())
            + ")");
  }

  private String name() {
    return EtcdFailures.escape(key.toString());
  }

  /** One write, made of as many steps as it takes and as its time allows. */
  private final class Attempt {
    private final ByteSequence value;
    private final Write.Claim claim;
    private final long deadline = loop.nanoTime() + timeout.toNanos();

    Attempt(Write write) {
      this.value = ByteSequence.from(write.value());
      this.claim = write.claim();
    }

    CompletionStage<Duration> run() {
      if (written.isPresent() && written.get().value().equals(value)) {
        return connection
            .kv(left(), kv -> kv.get(key))
            .thenCompose(found -> decide(found.getKvs()));
      }
      return put(written.map(Written::modRevision).orElse(ABSENT));
    }

    private CompletionStage<Duration> decide(List<KeyValue> kvs) {
      if (kvs.isEmpty()) {
        return put(ABSENT);
      }
      KeyValue found = kvs.get(0);
      if (claim == Write.Claim.HEAL && !leases.contains(found.getLease())) {
        return CompletableFuture.failedFuture(superseded(found));
      }
      if (lease.isPresent()
          && lease.get().id() == found.getLease()
          && found.getValue().equals(value)) {
        return adopt(lease.get(), found.getModRevision());
      }
      return put(found.getModRevision());
    }

    /** The record is as it should be; if the lease lives there is nothing to write (rule 2.8). */
    private CompletionStage<Duration> adopt(EtcdLease present, long modRevision) {
      return present
          .renew(left())
          .thenApply(renewed -> acknowledged(present, modRevision))
          .exceptionallyCompose(e -> onANewLease(present, modRevision, e));
    }

    private CompletionStage<Duration> put(long seen) {
      return lease()
          .thenCompose(
              present ->
                  transaction(present, seen)
                      .thenApply(done -> after(done, present))
                      .exceptionally(e -> onANewLease(present, seen, e))
                      .thenCompose(next -> next));
    }

    private CompletionStage<Duration> after(TxnResponse done, EtcdLease present) {
      return done.isSucceeded()
          ? CompletableFuture.completedFuture(acknowledged(present, done.getHeader().getRevision()))
          : decide(done.getGetResponses().get(0).getKvs());
    }

    private CompletionStage<TxnResponse> transaction(EtcdLease present, long seen) {
      Optional<Written> before = written;
      written = Optional.empty();
      return connection
          .kv(left(), kv -> commit(kv, present.id(), seen))
          .whenComplete(
              (done, e) -> {
                if (e != null && EtcdFailures.isRefusal(e)) {
                  written = before;
                }
              });
    }

    private CompletableFuture<TxnResponse> commit(KV kv, long leaseId, long seen) {
      return kv.txn()
          .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(seen)))
          .Then(Op.put(key, value, PutOption.builder().withLeaseId(leaseId).build()))
          .Else(Op.get(key, GetOption.DEFAULT))
          .commit();
    }

    private CompletionStage<Duration> onANewLease(EtcdLease old, long seen, Throwable e) {
      if (!EtcdFailures.isLeaseGone(e)) {
        return CompletableFuture.failedFuture(e);
      }
      old.stop();
      lease = lease.filter(present -> present != old);
      return put(seen);
    }

    private CompletionStage<EtcdLease> lease() {
      if (lease.isPresent()) {
        return CompletableFuture.completedFuture(lease.get());
      }
      return EtcdLease.grant(connection, loop, ttlSeconds, left(), EtcdOwnership.this)
          .thenApply(
              granted -> {
                leases.add(granted.id());
                lease = Optional.of(granted);
                return granted;
              });
    }

    private Duration acknowledged(EtcdLease present, long modRevision) {
      written = Optional.of(new Written(value, modRevision));
      lostMayBeTold = true;
      leases.stream()
          .filter(id -> id != present.id())
          .toList()
          .forEach(id -> revoke(id, timeout).exceptionally(untold -> null));
      return present.ttl();
    }

    private Duration left() {
      return Duration.ofNanos(Math.max(0, deadline - loop.nanoTime()));
    }
  }
}
