package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/**
 * One Curator client, ours or lent, and the state of its session. Curator connects, authenticates
 * and makes a new handle after a lost session; it gives a session up on its own when that has been
 * cut off for its whole timeout, which is also what gets us out of a wiped server that refuses
 * clients who have seen more than it has.
 *
 * <p><b>Threading.</b> Methods belong to the event loop. Events come in on ZooKeeper's event thread
 * and hop to the loop at once; what blocks in Curator, starting and closing, runs on short-lived
 * daemon threads. <b>Errors.</b> While not connected, attempts fail at once; only a handle that is
 * just being made is waited for, at most the request timeout. <b>Lifecycle.</b> A client lent by
 * the caller is never started or closed here.
 *
 * <pre>
 *                      connected                  connection lost
 *  start ──► CONNECTING ───────► CONNECTED(session) ────────► DISCONNECTED ─┐
 *                │ request timeout      ▲       connected            │      │ session lost:
 *                └───► DISCONNECTED ────┴────────────────────────────┘      │ a new handle
 *                                    CONNECTING ◄───────────────────────────┘
 * </pre>
 */
final class ZooKeeperConnection {
  private static final Duration REBUILD = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final BackendContext context;
  private final Duration requestTimeout;
  private final boolean lent;
  private final Supplier<CuratorFramework> newClient;
  private final Executor threads;
  private final CuratorListener events = (client, event) -> onEvent(client, event);
  private final Set<Dependant> dependants = new LinkedHashSet<>();
  private CuratorFramework curator;
  private CompletableFuture<Void> lifecycle = CompletableFuture.completedFuture(null);
  // Done: connected, or failed with why not. Not done: connecting.
  private CompletableFuture<ZooKeeperSession> session = new CompletableFuture<>();
  private long sessionId; // of the session that may own records; 0 if none
  private boolean down; // since the last connection
  private boolean closed;

  /** Who lives by the session. */
  interface Dependant {
    /** Connected, for the first time, again, or with a new session. */
    void connected(ZooKeeperSession session);

    /** The session is over, and what it owned goes. */
    void expired(DiscoveryException cause);
  }

  /**
   * Begins to connect; may be called on any thread.
   *
   * @param lent the caller's own client, used instead of one of ours
   * @param name the stem of thread names
   */
  ZooKeeperConnection(
      ZooKeeperSettings settings,
      Optional<CuratorFramework> lent,
      Duration ttl,
      String name,
      BackendContext context) {
    this.context = context;
    this.loop = context.loop();
    this.lent = lent.isPresent();
    this.requestTimeout = settings.config().requestTimeout();
    this.threads = task -> daemon(name, task).start();
    this.newClient =
        () ->
            lent.orElseGet(() -> settings.newClient(ttl, task -> daemon(name + "-curator", task)));
    loop.execute(this::open);
  }

  /** Returns the session: now, soon if it is being made, or not at all for the time being. */
  CompletionStage<ZooKeeperSession> session() {
    return session;
  }

  /** Acts on the session if there is one now. */
  void ifConnected(Consumer<ZooKeeperSession> action) {
    if (session.isDone() && !session.isCompletedExceptionally()) {
      action.accept(session.join());
    }
  }

  /** Runs {@code calls} on the session, bounded; failures come in the engine's terms. */
  <T> CompletionStage<T> attempt(
      Duration limit, String what, Function<ZooKeeperSession, CompletionStage<T>> calls) {
    CompletableFuture<T> result = deadline(limit, what);
    session()
        .thenCompose(calls)
        .whenComplete(
            (value, failure) -> {
              if (failure == null) {
                result.complete(value);
              } else {
                result.completeExceptionally(ZooKeeperFailures.of(what, failure));
              }
            });
    return result;
  }

  void join(Dependant dependant) {
    dependants.add(dependant);
  }

  void leave(Dependant dependant) {
    dependants.remove(dependant);
  }

  /** Tells whether nobody lives by the session. */
  boolean isIdle() {
    return dependants.isEmpty();
  }

  /** Returns a future that fails by itself when nobody has completed it in time. */
  <T> CompletableFuture<T> deadline(Duration limit, String what) {
    CompletableFuture<T> result = new CompletableFuture<>();
    EventLoop.Timer timer =
        loop.schedule(
            limit, () -> result.completeExceptionally(ZooKeeperFailures.late(what, limit)));
    CompletionStage<T> settled = result;
    settled.whenComplete((value, failure) -> timer.cancel());
    return result;
  }

  /** Releases everything; the stage completes when the server knows, or when it took too long. */
  CompletableFuture<Void> close() {
    if (!closed) {
      disconnected(new DiscoveryException(Reason.CLOSED, "the registry is closed"));
      closed = true;
      dependants.clear();
      discard();
    }
    return lifecycle;
  }

  private void open() {
    if (closed) {
      return;
    }
    CuratorFramework client = newClient.get();
    curator = client;
    connecting();
    client.getCuratorListenable().addListener(events);
    lifecycle =
        lifecycle.thenRunAsync(
            () -> {
              if (!lent) {
                client.start();
              }
              look(client); // a lent client may have connected long ago
            },
            threads);
  }

  private void discard() {
    CuratorFramework client = curator;
    if (client != null) {
      client.getCuratorListenable().removeListener(events);
      if (!lent) {
        lifecycle = lifecycle.thenRunAsync(client::close, threads);
      }
    }
  }

  /** On ZooKeeper's event thread, in order with the replies and watch events of the handle. */
  private void onEvent(CuratorFramework client, CuratorEvent event) {
    if (event.getType() == CuratorEventType.CLOSING) {
      loop.execute(() -> onState(client, KeeperState.Closed));
    } else if (event.getType() == CuratorEventType.WATCHED) {
      WatchedEvent watched = event.getWatchedEvent();
      if (watched.getType() != Watcher.Event.EventType.None) {
        return; // a watch that the lender of the client has set
      }
      if (watched.getState() == KeeperState.SyncConnected) {
        look(client);
      } else {
        loop.execute(() -> onState(client, watched.getState()));
      }
    }
  }

  private void look(CuratorFramework client) {
    try {
      ZooKeeper zk = client.getZookeeperClient().getZooKeeper();
      loop.execute(() -> connected(client, zk));
    } catch (
        Exception e) { // Curator declares no less; it throws what went wrong in making a handle
      loop.execute(
          () -> {
            if (client == curator) {
              disconnected(ZooKeeperFailures.of("making a ZooKeeper handle", e));
            }
          });
    }
  }

  private void onState(CuratorFramework client, KeeperState state) {
    if (client != curator || closed) {
      return;
    }
    switch (state) {
      case Disconnected -> disconnected(lost("the connection to ZooKeeper is lost"));
      case Expired -> {
        expired(lost("the ZooKeeper session is lost"));
        connecting();
      }
      case AuthFailed -> {
        // The handle is dead and Curator keeps it; a new one meets mended credentials.
        expired(
            new DiscoveryException(
                Reason.DENIED,
                "ZooKeeper refuses to authenticate this client (expected: a scheme and"
                    + " credentials it accepts; check 'user' and 'password')"));
        if (!lent) {
          loop.schedule(REBUILD, () -> rebuild(client));
        }
      }
      case Closed -> disconnected(lost("the ZooKeeper client is closed"));
      default -> {} // read-only servers and SASL progress: not connected yet
    }
  }

  private void rebuild(CuratorFramework dead) {
    if (dead == curator && !closed) {
      discard();
      open();
    }
  }

  private void connecting() {
    if (session.isDone()) {
      session = new CompletableFuture<>();
    }
    CompletableFuture<ZooKeeperSession> awaited = session;
    loop.schedule(
        requestTimeout,
        () ->
            awaited.completeExceptionally(
                ZooKeeperFailures.late("connecting to ZooKeeper", requestTimeout)));
  }

  private void connected(CuratorFramework client, ZooKeeper zk) {
    // An event that took its time may find the handle disconnected again; another one will follow.
    boolean stale = !zk.getState().isConnected() || zk.getSessionId() == 0;
    if (client != curator || closed || stale || isCurrent(zk)) {
      return;
    }
    if (sessionId != 0 && sessionId != zk.getSessionId()) {
      expired(lost("the ZooKeeper session is lost"));
    }
    Watcher.WatcherType removal =
        lent ? Watcher.WatcherType.PersistentRecursive : Watcher.WatcherType.Any;
    ZooKeeperSession current = new ZooKeeperSession(zk, removal, loop);
    sessionId = current.id();
    if (!session.complete(current)) {
      session = CompletableFuture.completedFuture(current);
    }
    if (down) {
      down = false;
      context.reachable();
    }
    new ArrayList<>(dependants).forEach(dependant -> dependant.connected(current));
  }

  private boolean isCurrent(ZooKeeper zk) {
    return session.isDone() && !session.isCompletedExceptionally() && session.join().isOn(zk);
  }

  private void expired(DiscoveryException cause) {
    disconnected(cause);
    sessionId = 0;
    new ArrayList<>(dependants).forEach(dependant -> dependant.expired(cause));
  }

  private void disconnected(DiscoveryException cause) {
    down = true;
    ifConnected(current -> current.end(cause));
    if (!session.completeExceptionally(cause)) {
      session = CompletableFuture.failedFuture(cause);
    }
  }

  private static DiscoveryException lost(String what) {
    return ZooKeeperFailures.unavailable(what);
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
