package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration.State;
import io.discovery.SimKey.Cause;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import io.discovery.spi.Write.Claim;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;

/**
 * One record as a careful backend owns it: a lease of its own, writes that compare, so that a late
 * one changes nothing that was written since, and renewals every third of the time to live.
 */
final class SimOwnership implements Ownership {
  private static final long SECOND = 1_000_000_000;

  private final SimBackend backend;
  private final String service;
  private final String id;
  private final Duration ttl;
  private final Ownership.Listener listener;
  private final SimRegistration declared;
  private EventLoop.Timer renewal = () -> {};
  private SimLease lease; // the newest; null before the first write
  private int issued;
  private int reached; // the newest operation that the store has seen
  private boolean busy;
  private boolean held; // acknowledged, and no loss told since
  private boolean releasing;
  private boolean released;
  private boolean ended; // at the store: no write of ours is taken any more
  private boolean everAcknowledged;
  private byte[] acknowledged; // null if the last attempt left a doubt
  private long confirmedAt;
  private Reason
      refusal; // of the last attempt; null if it succeeded or something has happened since
  private byte[] refused;
  private long refusedAt;

  SimOwnership(
      SimBackend backend, String service, String id, Duration ttl, Ownership.Listener listener) {
    this.backend = backend;
    this.service = service;
    this.id = id;
    this.ttl = ttl;
    this.listener = listener;
    this.declared = backend.declared(this);
  }

  String service() {
    return service;
  }

  String id() {
    return id;
  }

  SimBackend backend() {
    return backend;
  }

  boolean open() {
    return !released;
  }

  /** Tells whether the record is to be in the store. */
  boolean isWanted() {
    return !declared.closed() && !backend.crashed() && !backend.isShutDown();
  }

  boolean held() {
    return held;
  }

  boolean everAcknowledged() {
    return everAcknowledged;
  }

  boolean sameKey(SimOwnership other) {
    return service.equals(other.service) && id.equals(other.id);
  }

  private SimKey key() {
    return backend.store.key(service, id);
  }

  private void check(boolean holds, SimOracle oracle, String otherwise) {
    backend.oracles.check(holds, oracle, () -> key().path() + ": " + otherwise);
  }

  @Override
  public CompletionStage<Duration> write(Write write) {
    byte[] before = acknowledged;
    acknowledged = null; // in doubt, until we are through
    backend.called("write " + key().path() + " " + write.claim());
    State state = declared.handle().state();
    check(
        !busy && !releasing,
        SimOracle.PROTOCOL,
        "two operations at a time, or write after release");
    check(
        state != State.CLOSED && state != State.SUPERSEDED,
        SimOracle.OWNERSHIP,
        "a registration writes that is " + state);
    check(
        write.claim() == (everAcknowledged ? Claim.HEAL : Claim.TAKE_OVER),
        SimOracle.OWNERSHIP,
        "wrong claim " + write.claim());
    check(
        Arrays.equals(write.value(), backend.store.encode(declared.handle().instance())),
        SimOracle.OWNERSHIP,
        "writes something else than is declared");
    check(
        !held || state != State.REGISTERED || !Arrays.equals(before, write.value()),
        SimOracle.NO_SPURIOUS_WRITE,
        "writes again what is acknowledged");
    checkPace(write);
    busy = true;
    int operation = ++issued;
    int number = declared.newest();
    int seen = key().size();
    return backend
        .attempt(backend.config().requestTimeout(), false, () -> takeEffect(operation, seen, write))
        .whenComplete((granted, failure) -> answered(write, number, failure));
  }

  private void checkPace(Write write) {
    long floor =
        refusal == Reason.DENIED
            ? 5
            : refusal == Reason.REJECTED && Arrays.equals(refused, write.value()) ? 30 : 0;
    check(
        backend.clock.now() - refusedAt >= floor * SECOND,
        SimOracle.PACE,
        "tries again too soon after " + refusal);
  }

  private Duration takeEffect(int operation, int seen, Write write) {
    SimKey key = key();
    SimKey.State now = key.now();
    boolean late = !busy || issued != operation;
    if (ended || operation < reached || (late && key.size() != seen)) {
      throw new DiscoveryException(Reason.UNAVAILABLE, "overtaken");
    }
    reached = operation;
    boolean ours = ours(now);
    if (!now.absent() && !ours && write.claim() == Claim.HEAL) {
      throw new DiscoveryException(Reason.SUPERSEDED, "a living foreign owner");
    }
    if (new String(write.value(), UTF_8).contains("huge") && backend.store.isStrict()) {
      throw new DiscoveryException(Reason.REJECTED, "too large");
    }
    Duration granted = ttl.compareTo(Duration.ofSeconds(4)) < 0 ? Duration.ofSeconds(4) : ttl;
    if (lease == null || !lease.alive()) {
      lease = new SimLease(this, granted.toNanos(), backend.store, backend.clock);
    } else {
      lease.renew();
    }
    if (now.lease() != lease || !Arrays.equals(now.value(), write.value())) {
      backend.store.put(
          key, write.value(), lease, now.absent() || ours ? Cause.OWNER : Cause.TAKE_OVER);
    }
    return granted;
  }

  private boolean ours(SimKey.State state) {
    return state.lease() != null && state.lease().handle.backend == backend;
  }

  private void answered(Write write, int number, Throwable failure) {
    backend.trace(
        () -> "write " + key().path() + (failure == null ? " done" : " failed: " + failure));
    busy = false;
    if (failure == null) {
      held = true;
      everAcknowledged = true;
      acknowledged = write.value();
      confirmedAt = backend.clock.now();
      refusal = null;
      declared.acknowledged(number);
      scheduleRenewal();
    } else {
      acknowledged = null;
      refusal = Engine.failure(failure).reason();
      refused = write.value();
      refusedAt = backend.clock.now();
    }
  }

  @Override
  public CompletionStage<Void> release() {
    backend.called("release " + key().path());
    State state = declared.handle().state();
    check(!busy && !released, SimOracle.PROTOCOL, "two operations at a time, or after release");
    check(
        state == State.CLOSED || state == State.SUPERSEDED,
        SimOracle.OWNERSHIP,
        "a registration is released that is " + state);
    busy = true;
    releasing = true;
    held = false;
    renewal.cancel();
    int operation = ++issued;
    return backend
        .<Void>attempt(
            backend.config().requestTimeout(),
            false,
            () -> {
              reached = Math.max(reached, operation);
              revoke();
              return null;
            })
        .whenComplete(
            (done, failure) -> {
              backend.trace(() -> "release " + key().path() + " " + (failure == null));
              busy = false;
              released |= failure == null;
            });
  }

  /** Leaves nothing of ours behind. */
  void revoke() {
    ended = true;
    if (lease != null) {
      lease.end(Cause.RELEASE);
    }
    SimLease owner = key().now().lease();
    if (owner != null && owner.handle == this) {
      backend.store.remove(key(), Cause.RELEASE);
    }
  }

  /** An administrator revokes the lease. */
  void expire() {
    if (lease != null) {
      lease.end(Cause.EXPIRY);
    }
  }

  private void scheduleRenewal() {
    renewal.cancel();
    renewal = backend.loop.schedule(ttl.dividedBy(3), this::renew);
  }

  private void renew() {
    if (!held || backend.isShutDown()) {
      return;
    }
    backend
        .attempt(
            backend.config().requestTimeout(),
            false,
            () -> {
              if (lease.alive()) {
                lease.renew();
              }
              return isIntact();
            })
        .whenComplete(
            (intact, failure) -> {
              long now = backend.clock.now();
              if (failure == null && !intact) {
                lost("its renewal was refused");
              } else if (failure != null && now - confirmedAt > ttl.toNanos()) {
                lost("not renewed in time");
              } else if (held) {
                confirmedAt = failure == null ? now : confirmedAt;
                scheduleRenewal();
              }
            });
  }

  private boolean isIntact() {
    SimKey.State now = key().now();
    return now.lease() == lease
        && lease.alive()
        && (acknowledged == null || Arrays.equals(now.value(), acknowledged));
  }

  /** Somebody else changed the record; the notice may get lost, renewals may not. */
  void disturbed() {
    if (!releasing && backend.random.oneIn(2)) {
      backend.clock.after(
          backend.link.latency(),
          () -> {
            if (!backend.link.loses()) {
              // Through the loop, while answers may come directly: either way is allowed.
              backend.loop.execute(
                  () -> {
                    if (held && !isIntact()) {
                      lost("changed by somebody else");
                    }
                  });
            }
          });
    }
  }

  /** Says that the record may be lost. */
  void lost(String why) {
    if (held && !releasing && !backend.crashed() && !backend.isShutDown()) {
      backend.trace(() -> key().path() + " lost: " + why);
      held = false;
      refusal = null;
      renewal.cancel();
      listener.onLost(
          new DiscoveryException(Reason.UNAVAILABLE, backend.random.oneIn(4) ? null : why));
    }
  }
}
