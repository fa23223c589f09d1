package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import io.discovery.spi.Write.Claim;
import io.discovery.zookeeper.ZooKeeperSession.Node;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.data.Stat;

/**
 * One record, as an ephemeral node of the session that wrote it last. For the event loop; only the
 * watch calls on ZooKeeper's thread, and hops.
 *
 * <p><b>Whose is it?</b> A node is ours if it is the incarnation we know (session and czxid: two
 * registries may share a lent client's session), or if its session is one under which a write of
 * ours went unanswered. That includes what a lost session of ours left behind. All else is foreign,
 * a node without a session too. Owner and version are read before every step that changes a node,
 * and the step depends on that version, which no successor has: see {@link ZooKeeperRecord}. What
 * became of an unanswered write shows in the next read: requests of one session are carried out in
 * their order, and those of a dead session not at all.
 *
 * <p><b>What a write meets</b> decides; it looks again when a step finds the node changed since:
 *
 * <pre>
 *  nothing                        → create
 *  ours, this session, same value → nothing to do
 *  ours, this session             → set data; if relocated, replace
 *  ours, an earlier session       → replace, before the server ends that session and the node
 *  foreign                        → take over: replace; heal: SUPERSEDED, untouched
 * </pre>
 *
 * <p><b>Losses</b> show in a one-shot watch on the own node, which every look sets again; it is
 * looked at after every reconnect. The loss of the session is one by itself.
 */
final class ZooKeeperOwnership implements Ownership, Watcher, ZooKeeperConnection.Dependant {
  private static final int TRIES = 5;

  private final ZooKeeperConnection connection;
  private final ZooKeeperRecord record;
  private final EventLoop loop;
  private final Duration requestTimeout;
  private final Ownership.Listener listener;
  private final Runnable onReleased;
  private final Set<Long> doubts = new HashSet<>(); // sessions with an unanswered write of ours
  private Optional<Held> held = Optional.empty();
  private boolean listening; // acknowledged, and neither lost nor touched since

  /** The incarnation of the node that we know to be ours. */
  private record Held(long session, long czxid, int version) {
    static Held of(Stat stat) {
      return new Held(stat.getEphemeralOwner(), stat.getCzxid(), stat.getVersion());
    }

    boolean isSameNode(Stat stat) {
      return session == stat.getEphemeralOwner() && czxid == stat.getCzxid();
    }
  }

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
    if (write.value().length > ZooKeeperSettings.LARGEST_VALUE) {
      return CompletableFuture.failedFuture(
          new DiscoveryException(
              Reason.REJECTED,
              what("writing")
                  + ": "
                  + write.value().length
                  + " bytes (expected: at most "
                  + ZooKeeperSettings.LARGEST_VALUE
                  + ", ZooKeeper holds no more; shorten the metadata)"));
    }
    listening = false;
    CompletableFuture<Duration> result = connection.deadline(requestTimeout, what("writing"));
    connection
        .session()
        .whenComplete(
            (session, failure) -> {
              if (failure == null) {
                new Attempt(session, write, result).begin();
              } else {
                fail(result, "writing", failure);
              }
            });
    return result;
  }

  @Override
  public CompletionStage<Void> release() {
    listening = false;
    CompletableFuture<Void> result = connection.deadline(requestTimeout, what("removing"));
    CompletionStage<Void> released = result;
    released.thenRun(
        () -> {
          connection.leave(this);
          onReleased.run();
        });
    if (held.isEmpty() && doubts.isEmpty()) {
      result.complete(null); // nothing was ever sent
    } else {
      connection
          .session()
          .whenComplete(
              (session, failure) -> {
                if (failure == null) {
                  remove(session, result, 1);
                } else {
                  fail(result, "removing", failure);
                }
              });
    }
    return result;
  }

  private void remove(ZooKeeperSession session, CompletableFuture<Void> result, int attempt) {
    session
        .exists(record.path())
        .thenCompose(
            stat ->
                isOurs(stat)
                    ? session.delete(record.path(), stat.getVersion())
                    : CompletableFuture.<Void>completedFuture(null))
        .whenComplete(
            (removed, failure) -> {
              Code code = failure == null ? Code.OK : ZooKeeperFailures.code(failure);
              if (code == Code.OK || code == Code.NONODE) {
                result.complete(null);
              } else if (code == Code.BADVERSION && attempt < TRIES && !result.isDone()) {
                remove(session, result, attempt + 1);
              } else {
                fail(result, "removing", failure);
              }
            });
  }

  private boolean isOurs(Stat stat) {
    return held.filter(known -> known.isSameNode(stat)).isPresent()
        || doubts.contains(stat.getEphemeralOwner());
  }

  @Override
  public void connected(ZooKeeperSession session) {
    if (listening) {
      look(session);
    }
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
      loop.execute(
          () -> {
            if (listening) {
              connection.ifConnected(this::look);
            }
          });
    }
  }

  /** Sees whether the record is as it was acknowledged, and watches it. */
  private void look(ZooKeeperSession session) {
    session
        .exists(record.path(), this)
        .whenComplete(
            (stat, failure) -> {
              if (!listening) {
                return; // a write is under way and looks by itself
              }
              if (failure == null && !held.equals(Optional.of(Held.of(stat)))) {
                lost(ZooKeeperFailures.unavailable(what("looking at") + ": changed by another"));
              } else if (failure != null && ZooKeeperFailures.code(failure) == Code.NONODE) {
                lost(ZooKeeperFailures.unavailable(what("looking at") + ": gone"));
              }
              // Any other failure is one of the connection: looked at when that is back.
            });
  }

  private void lost(DiscoveryException cause) {
    listening = false;
    listener.onLost(cause);
  }

  private void fail(CompletableFuture<?> result, String doing, Throwable failure) {
    result.completeExceptionally(ZooKeeperFailures.of(what(doing), failure));
  }

  private String what(String doing) {
    return doing + " " + record.path();
  }

  /** One write. Past its deadline it takes no further step; what it has sent is remembered. */
  private final class Attempt {
    private final ZooKeeperSession session;
    private final Write write;
    private final CompletableFuture<Duration> result;
    private int reads;

    Attempt(ZooKeeperSession session, Write write, CompletableFuture<Duration> result) {
      this.session = session;
      this.write = write;
      this.result = result;
    }

    void begin() {
      if (held.isEmpty() && doubts.isEmpty()) {
        create(); // most likely nothing is there
      } else {
        read();
      }
    }

    private void read() {
      if (result.isDone()) {
        return;
      }
      if (++reads > TRIES) {
        fail(result, "writing", ZooKeeperFailures.unavailable("others keep changing it"));
        return;
      }
      session
          .getData(record.path())
          .whenComplete(
              (node, failure) -> {
                if (failure == null) {
                  decide(node);
                } else if (ZooKeeperFailures.code(failure) == Code.NONODE) {
                  create();
                } else {
                  fail(result, "writing", failure);
                }
              });
    }

    private void decide(Node node) {
      Stat stat = node.stat();
      boolean current = isOurs(stat) && stat.getEphemeralOwner() == session.id();
      if (!isOurs(stat) && write.claim() == Claim.HEAL) {
        result.completeExceptionally(
            new DiscoveryException(
                Reason.SUPERSEDED,
                what("writing")
                    + ": it belongs to session 0x"
                    + Long.toHexString(stat.getEphemeralOwner())
                    + " (expected: ours, 0x"
                    + Long.toHexString(session.id())
                    + "; another process has registered this id since)"));
      } else if (current && Arrays.equals(node.value(), write.value())) {
        acknowledged(stat);
      } else if (current && !write.relocated()) {
        step(() -> session.setData(record.path(), write.value(), stat.getVersion()));
      } else {
        step(() -> record.replace(session, write.value(), stat.getVersion()));
      }
    }

    private void create() {
      step(() -> record.create(session, write.value()));
    }

    private void step(Supplier<CompletionStage<Stat>> change) {
      if (result.isDone()) {
        return;
      }
      boolean inDoubt = !doubts.add(session.id());
      change
          .get()
          .whenComplete(
              (stat, failure) -> {
                if (failure == null) {
                  acknowledged(stat);
                  return;
                }
                if (!inDoubt && ZooKeeperFailures.isRefusal(failure)) {
                  doubts.remove(session.id());
                }
                switch (ZooKeeperFailures.code(failure)) {
                  case NONODE, NODEEXISTS, BADVERSION -> read();
                  default -> fail(result, "writing", failure);
                }
              });
    }

    private void acknowledged(Stat stat) {
      held = Optional.of(Held.of(stat));
      doubts.remove(session.id());
      if (result.complete(session.ttl())) {
        listening = true;
        look(session);
      }
    }
  }
}
