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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;

/**
 * The state of one client's session, and attempts on it. For the event loop.
 *
 * <p><b>Errors.</b> After a loss attempts wait for a moment, in which most cuts are over; then they
 * fail at once, and do not queue up in the client, until it is connected again. While a handle is
 * being made they wait, none longer than the request timeout. A handle that cannot authenticate is
 * dead for good: it is thrown away, and another tries some seconds later. A wiped server refuses
 * those who have seen more than it has; they are free of that when their session is given up, a
 * session timeout after the loss.
 *
 * <pre>
 *                     connected                    lost         0.6 s
 *  open ──► CONNECTING ────────► CONNECTED(session) ──► CUT(why) ──► DISCONNECTED(why)
 *               ▲                      ▲                 │               │      │
 *               │                      └──── connected ──┴───────────────┘      │
 *               └─── session lost: a new handle ────────────────────────────────┘
 * </pre>
 */
final class ZooKeeperConnection implements ZooKeeperClient.Events {
  private static final Duration REBUILD = Duration.ofSeconds(5);
  // The client connects again after up to a second, at random. Most of those who have been cut are
  // back in time, and few of those whose server restarts (rule 3.18).
  private static final Duration CUT = Duration.ofMillis(600);

  private final ZooKeeperSettings settings;
  private final Optional<CuratorFramework> lent;
  private final Duration ttl;
  private final String name;
  private final BackendContext context;
  private final EventLoop loop;
  private final Set<Dependant> dependants = new LinkedHashSet<>();
  private ZooKeeperClient client; // null until opened
  // Done: connected, or failed with why not. Not done: connecting, or cut.
  private CompletableFuture<ZooKeeperSession> session = new CompletableFuture<>();
  private CompletableFuture<Void> released = CompletableFuture.completedFuture(null);
  private long sessionId; // of the session that may own records; 0 if none
  private boolean closed;
  private boolean looking; // whether the store answers in time

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
    this.settings = settings;
    this.lent = lent;
    this.ttl = ttl;
    this.name = name;
    this.context = context;
    this.loop = context.loop();
    loop.execute(this::open);
  }

  /** Runs on the loop what ZooKeeper's event thread brings. */
  void hear(Runnable news) {
    if (lent.isPresent()) {
      loop.execute(news); // its thread is its owner's, too
    } else {
      loop.executeHere(news);
    }
  }

  /** Acts on the session if there is one now. */
  void ifConnected(Consumer<ZooKeeperSession> action) {
    if (isConnected()) {
      action.accept(session.join());
    }
  }

  /**
   * Makes one attempt on the session.
   *
   * @param limit how long until the attempt fails by itself
   * @param what what messages call it
   * @param steps completes or fails the attempt, in however many steps
   */
  <T> CompletionStage<T> attempt(
      Duration limit, String what, BiConsumer<ZooKeeperSession, CompletableFuture<T>> steps) {
    CompletableFuture<T> result = new CompletableFuture<>();
    EventLoop.Timer timer =
        loop.schedule(
            limit,
            () -> {
              result.completeExceptionally(ZooKeeperFailures.late(what, limit));
              ifConnected(current -> current.probe().thenRun(this::lookAgain));
            });
    CompletionStage<T> stage = result;
    CompletionStage<ZooKeeperSession> connected = session;
    connected.whenComplete(
        (current, failure) -> {
          if (failure != null) {
            result.completeExceptionally(ZooKeeperFailures.of(what, failure));
          } else if (!result.isDone()) {
            Consumer<DiscoveryException> onEnd = result::completeExceptionally;
            current.whenEnded(onEnd);
            stage.whenComplete((value, late) -> current.forget(onEnd));
            steps.accept(current, result);
          }
        });
    return stage.whenComplete((value, failure) -> timer.cancel());
  }

  /** Makes an attempt of one call. */
  <T> CompletionStage<T> call(
      Duration limit, String what, Function<ZooKeeperSession, CompletionStage<T>> call) {
    return attempt(
        limit,
        what,
        (current, result) ->
            call.apply(current)
                .whenComplete(
                    (value, failure) -> {
                      if (failure == null) {
                        result.complete(value);
                      } else {
                        result.completeExceptionally(ZooKeeperFailures.of(what, failure));
                      }
                    }));
  }

  /**
   * Asks whether the store answers in time, when it has answered what was late: one that is back
   * does, and whoever failed for it hears of that; one that is too slow does not, and is asked once
   * more behind this.
   */
  private void lookAgain() {
    if (!looking && isConnected()) {
      looking = true;
      call(settings.config().requestTimeout(), "probing ZooKeeper", ZooKeeperSession::probe)
          .whenComplete(
              (answer, failure) -> {
                looking = false;
                if (failure == null) {
                  context.reachable();
                }
              });
    }
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

  /** Releases everything; completes when the server knows, or when it took too long. */
  CompletableFuture<Void> close() {
    if (!closed) {
      disconnected(new DiscoveryException(Reason.CLOSED, "the registry is closed"));
      closed = true;
      dependants.clear();
      discard();
    }
    return released;
  }

  private void open() {
    if (!closed) {
      if (session.isDone()) {
        session = new CompletableFuture<>();
      }
      client = new ZooKeeperClient(settings, lent, ttl, name, loop, this);
    }
  }

  private void discard() {
    if (client != null) {
      released = CompletableFuture.allOf(released, client.close());
      client = null;
    }
  }

  /** Lets attempts wait, none for longer than a request may take. */
  private void connecting() {
    if (session.isDone()) {
      session = new CompletableFuture<>();
    }
    CompletableFuture<ZooKeeperSession> awaited = session;
    Duration patience = settings.config().requestTimeout();
    loop.schedule(
        patience,
        () -> {
          if (!awaited.isDone()) {
            session = new CompletableFuture<>();
            connecting();
            awaited.completeExceptionally(
                ZooKeeperFailures.late("connecting to ZooKeeper at " + where(), patience));
          }
        });
  }

  /** The wait for the store begins here: a cold JVM takes its time to load the client's classes. */
  @Override
  public void started() {
    if (!session.isDone()) {
      connecting();
    }
  }

  @Override
  public void connected(ZooKeeper zk) {
    if (isCurrent(zk)) {
      return;
    }
    if (sessionId != 0 && sessionId != zk.getSessionId()) {
      expired(lost("the ZooKeeper session is lost"));
    }
    WatcherType removal = lent.isPresent() ? WatcherType.PersistentRecursive : WatcherType.Any;
    ZooKeeperSession current = new ZooKeeperSession(zk, removal, loop, this::hear);
    sessionId = current.id();
    if (!session.complete(current)) {
      session = CompletableFuture.completedFuture(current);
    }
    context.reachable();
    new ArrayList<>(dependants).forEach(dependant -> dependant.connected(current));
  }

  @Override
  public void changed(KeeperState state) {
    switch (state) {
      case Disconnected -> cut(lost("the connection to ZooKeeper at " + where() + " is lost"));
      case Closed -> disconnected(lost("the ZooKeeper client is closed"));
      case Expired -> {
        expired(lost("the ZooKeeper session is lost"));
        connecting();
      }
      case AuthFailed -> {
        expired(
            new DiscoveryException(
                Reason.DENIED,
                "ZooKeeper refuses to authenticate this client (expected: a scheme and"
                    + " credentials it accepts; check 'user' and 'password')"));
        if (lent.isEmpty()) {
          discard();
          loop.schedule(REBUILD, this::open);
        }
      }
      default -> {} // read-only servers and SASL progress: not connected yet
    }
  }

  @Override
  public void failed(Throwable cause) {
    disconnected(ZooKeeperFailures.of("making a ZooKeeper handle", cause));
  }

  private boolean isCurrent(ZooKeeper zk) {
    return isConnected() && session.join().isOn(zk);
  }

  private boolean isConnected() {
    return session.isDone() && !session.isCompletedExceptionally();
  }

  private void expired(DiscoveryException cause) {
    disconnected(cause);
    sessionId = 0;
    new ArrayList<>(dependants).forEach(dependant -> dependant.expired(cause));
  }

  private void cut(DiscoveryException cause) {
    if (isConnected()) {
      CompletableFuture<ZooKeeperSession> awaited = new CompletableFuture<>();
      loop.schedule(CUT, () -> awaited.completeExceptionally(cause));
      end(cause, awaited);
    } else {
      disconnected(cause);
    }
  }

  private void disconnected(DiscoveryException cause) {
    end(cause, CompletableFuture.failedFuture(cause));
  }

  /** Ends what lives by the session or waits for one; what that begins at once meets the next. */
  private void end(DiscoveryException cause, CompletableFuture<ZooKeeperSession> next) {
    CompletableFuture<ZooKeeperSession> before = session;
    session = next;
    if (!before.completeExceptionally(cause) && !before.isCompletedExceptionally()) {
      before.join().end(cause);
    }
  }

  private String where() {
    return lent.isPresent() ? "the servers of the caller's client" : settings.servers();
  }

  private static DiscoveryException lost(String what) {
    return ZooKeeperFailures.unavailable(what);
  }
}
