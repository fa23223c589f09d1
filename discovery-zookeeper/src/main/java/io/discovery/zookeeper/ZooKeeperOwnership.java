package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/**
 * One record, as an ephemeral node of the session that wrote it last. For the event loop; only the
 * watch calls on ZooKeeper's thread, and hops.
 *
 * <p>{@link ZooKeeperTraces} says whose a node is, {@link ZooKeeperWrite} what follows from that.
 * What became of an unanswered write shows in the next read: requests of one session are carried
 * out in their order, and those of a dead session not at all.
 *
 * <p>A loss shows in a one-shot watch on the own node, which every look sets again; there is a look
 * after every event and every reconnect, and a moment after every write. The loss of the session is
 * one by itself.
 */
final class ZooKeeperOwnership implements Ownership, Watcher, ZooKeeperConnection.Dependant {
  private static final int REMOVALS = 5;

  /** Out of the way of those who wait for the record, and of a thousand further writes. */
  private static final Duration AFTER_WRITE = Duration.ofMillis(100);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final ZooKeeperConnection connection;
  private final ZooKeeperRecord record;
  private final EventLoop loop;
  private final Duration requestTimeout;
  private final Ownership.Listener listener;
  private final Runnable onReleased;
  private final ZooKeeperTraces traces = new ZooKeeperTraces();
  private boolean listening; // acknowledged, and neither lost nor touched since
  private boolean lookDue; // soon

  ZooKeeperOwnership(
      ZooKeeperConnection connection,
      ZooKeeperRecord record,
      EventLoop loop,
      Duration requestTimeout,
      Ownership.Listener listener,
      Runnable onReleased) {
    this.connection = connection;
    this.record = record;
    this.loop = loop;
    this.requestTimeout = requestTimeout;
    this.listener = listener;
    this.onReleased = onReleased;
    connection.join(this);
  }

  @Override
  public CompletionStage<Duration> write(Write write) {
    listening = false;
    String what = "writing " + record.path();
    if (write.value().length > ZooKeeperSettings.LARGEST_VALUE) {
      return CompletableFuture.failedFuture(
          new DiscoveryException(
              Reason.REJECTED,
              what
                  + ": "
                  + write.value().length
                  + " bytes (expected: at most "
                  + ZooKeeperSettings.LARGEST_VALUE
                  + ", ZooKeeper holds no more; shorten the metadata)"));
    }
    return connection.attempt(
        requestTimeout,
        what,
        (session, result) ->
            new ZooKeeperWrite(session, record, traces, write, this::acknowledged, result).begin());
  }

  /** Before anybody hears of it: they may write again at once. */
  private void acknowledged() {
    listening = true;
    lookWithin(AFTER_WRITE);
  }

  /** One at most is due; updates that come without a pause see by themselves what others did. */
  private void lookWithin(Duration delay) {
    if (!lookDue) {
      lookDue = true;
      loop.schedule(
          delay,
          () -> {
            lookDue = false;
            look();
          });
    }
  }

  @Override
  public CompletionStage<Void> release() {
    listening = false;
    CompletionStage<Void> gone =
        traces.none()
            ? CompletableFuture.completedFuture(null) // nothing was ever sent
            : connection.attempt(
                requestTimeout,
                "removing " + record.path(),
                (session, result) -> remove(session, result, 1));
    return gone.thenRun(
        () -> {
          connection.leave(this);
          onReleased.run();
        });
  }

  private void remove(ZooKeeperSession session, CompletableFuture<Void> result, int removal) {
    session
        .exists(record.path())
        .thenCompose(
            stat ->
                traces.isOurs(stat) && !result.isDone()
                    ? session.delete(record.path(), stat.getVersion())
                    : CompletableFuture.<Void>completedFuture(null))
        .whenComplete(
            (removed, failure) -> {
              Code code = failure == null ? Code.OK : ZooKeeperFailures.code(failure);
              if (code == Code.OK || code == Code.NONODE) {
                result.complete(null);
              } else if (code == Code.BADVERSION && removal < REMOVALS && !result.isDone()) {
                remove(session, result, removal + 1); // changed since it was looked at
              } else {
                result.completeExceptionally(
                    ZooKeeperFailures.of("removing " + record.path(), failure));
              }
            });
  }

  @Override
  public void connected(ZooKeeperSession session) {
    look();
  }

  @Override
  public void expired(DiscoveryException cause) {
    if (listening) {
      lost(cause);
    }
  }

  @Override
  public void process(WatchedEvent event) {
    if (event.getType() != Event.EventType.None) {
      loop.execute(this::look);
    }
  }

  private void look() {
    if (listening) {
      connection.ifConnected(this::look);
    }
  }

  /** Sees whether the record is as it was acknowledged, and watches it. */
  private void look(ZooKeeperSession session) {
    session
        .exists(record.path(), this)
        .whenComplete(
            (stat, failure) -> {
              if (!listening) {
                return; // a write is under way, and a look will follow it
              }
              if (failure == null) {
                if (!traces.isUntouched(stat)) {
                  lost(ZooKeeperFailures.unavailable(record.path() + " was changed by another"));
                }
                return;
              }
              switch (ZooKeeperFailures.code(failure)) {
                case NONODE -> lost(ZooKeeperFailures.unavailable(record.path() + " is gone"));
                // We may look at what is ours, so this is another's.
                case NOAUTH -> lost(ZooKeeperFailures.of("watching " + record.path(), failure));
                // If the connection is lost, there is another look when it is back.
                default -> lookWithin(AFTER_FAILURE);
              }
            });
  }

  private void lost(DiscoveryException cause) {
    listening = false;
    listener.onLost(cause);
  }
}
