package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One lease, renewed until it is stopped or gone. Renewals are single calls of our own at every
 * third of the time to live from the last successful send, on the monotonic clock: jetcd's
 * keepAlive gives up for good when a stream ends cleanly or an answer is late, and goes by the wall
 * clock (rule 2.6).
 *
 * <p>A failed renewal is followed by the next at once, which another member may answer; only so
 * often that a store in trouble is not flooded. It is never given up: a restarted store has
 * re-armed the lease. Confined to the event loop.
 */
final class EtcdLease {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final long id;
  private final Duration ttl;
  private final Holder holder;

  /** When the last call was sent that the store has confirmed. */
  private long confirmed;

  private boolean stopped;
  private EventLoop.Timer timer = () -> {};

  /** Hears about the lease, on the loop, never after {@link #stop}. */
  interface Holder {
    /** A renewal is being sent. */
    void onBeat();

    /** The store knows no such lease. Last. */
    void onGone(EtcdLease lease, DiscoveryException cause);

    /** A whole time to live has passed without a confirmation; renewals go on. */
    void onUnconfirmed(DiscoveryException cause);
  }

  private EtcdLease(EtcdConnection connection, long id, Duration ttl, long granted, Holder holder) {
    this.connection = connection;
    this.loop = connection.loop();
    this.id = id;
    this.ttl = ttl;
    this.confirmed = granted;
    this.holder = holder;
  }

  /** Asks for a lease and keeps it alive from then on. */
  static CompletionStage<EtcdLease> grant(
      EtcdConnection connection, long seconds, Duration limit, Holder holder) {
    long sent = connection.loop().nanoTime();
    return connection
        .call(limit, client -> client.getLeaseClient().grant(seconds))
        .thenApply(
            granted -> {
              // Lease 0 is none: a record on it would outlive everybody (rule 2.3).
              if (granted.getID() <= 0 || granted.getTTL() <= 0) {
                throw connection.unavailable("a lease was asked for and not granted");
              }
              Duration ttl = Duration.ofSeconds(granted.getTTL());
              EtcdLease lease = new EtcdLease(connection, granted.getID(), ttl, sent, holder);
              lease.beatAfter(lease.beatInterval());
              return lease;
            });
  }

  /** Ends the lease and with it the keys that hang on it; one that is gone already is a success. */
  static CompletionStage<Void> revoke(EtcdConnection connection, long id) {
    return connection
        .call(connection.callTimeout(), client -> client.getLeaseClient().revoke(id))
        .<Void>thenApply(revoked -> null)
        .exceptionallyCompose(
            e ->
                EtcdFailures.isLeaseGone(e)
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(e));
  }

  long id() {
    return id;
  }

  /** The time to live that was granted: etcd gives no less than about two seconds. */
  Duration ttl() {
    return ttl;
  }

  /** Renews now; fails with {@link EtcdFailures#isLeaseGone} if there is nothing to renew. */
  CompletionStage<LeaseKeepAliveResponse> renew(Duration limit) {
    long sent = loop.nanoTime();
    CompletionStage<LeaseKeepAliveResponse> renewal =
        connection.call(limit, client -> client.getLeaseClient().keepAliveOnce(id));
    return renewal.thenApply(
        answer -> {
          if (answer.getID() != id) {
            throw connection.unavailable("another lease than " + hex() + " was renewed");
          }
          confirmed = sent - confirmed > 0 ? sent : confirmed;
          return answer;
        });
  }

  /** Ends the renewals; the lease then lives for its time to live at most. */
  void stop() {
    stopped = true;
    timer.cancel();
  }

  private void beat() {
    long sent = loop.nanoTime();
    CompletionStage<LeaseKeepAliveResponse> renewal =
        renew(min(connection.callTimeout(), beatInterval()));
    holder.onBeat();
    renewal.whenComplete(
        (answer, e) -> {
          if (stopped) {
            return;
          }
          if (e == null) {
            beatAfter(beatInterval().minusNanos(loop.nanoTime() - sent));
          } else if (EtcdFailures.isLeaseGone(e)) {
            stop();
            holder.onGone(
                this, connection.unavailable("lease " + hex() + " has expired or was revoked"));
          } else {
            missed(sent, connection.failure(e));
          }
        });
  }

  private void missed(long sent, DiscoveryException cause) {
    long now = loop.nanoTime();
    // Knocking faster mends no permission and costs the server a password hash.
    Duration pause = cause.reason() == Reason.DENIED ? beatInterval() : SHORTEST_PAUSE;
    beatAfter(pause.minusNanos(now - sent));
    if (now - confirmed >= ttl.toNanos()) {
      holder.onUnconfirmed(cause);
    }
  }

  private void beatAfter(Duration pause) {
    timer = loop.schedule(pause.isNegative() ? Duration.ZERO : pause, this::beat);
  }

  private Duration beatInterval() {
    return ttl.dividedBy(3);
  }

  private String hex() {
    return Long.toHexString(id);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
