package io.discovery.zookeeper;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/**
 * One Curator client, ours or lent, as a source of events on the loop. Curator connects,
 * authenticates and makes a new handle after a lost session; it gives a session up on its own when
 * that has been cut off for its whole timeout.
 *
 * <p><b>Threading.</b> Methods belong to the event loop. Events come in on ZooKeeper's event
 * thread, in order with the replies and watch events of the handle, and hop at once; what blocks in
 * Curator, starting and closing, runs on short-lived daemon threads. <b>Lifecycle.</b> A lent
 * client is neither started nor closed. After {@link #close} no event comes.
 */
final class ZooKeeperClient {
  private final boolean lent;
  private final EventLoop loop;
  private final Events events;
  private final Executor threads;
  private final CuratorListener listener = this::onEvent;
  private final CompletableFuture<CuratorFramework> started;
  private CompletableFuture<Void> released; // null until closed

  /** Who hears of the handle. On the loop. */
  interface Events {
    /** There is a handle now; first, unless that fails. */
    void started();

    /** This handle was connected a moment ago. */
    void connected(ZooKeeper zk);

    /** The handle is in another state than connected. */
    void changed(KeeperState state);

    /** There is no handle. */
    void failed(Throwable cause);
  }

  /** Begins to connect. */
  ZooKeeperClient(
      ZooKeeperSettings settings,
      Optional<CuratorFramework> lent,
      Duration ttl,
      String name,
      EventLoop loop,
      Events events) {
    this.lent = lent.isPresent();
    this.loop = loop;
    this.events = events;
    this.threads = task -> daemon(name, task).start();
    // Made there too: in a cold JVM the classes of Curator take longer to load than a loop may
    // wait.
    this.started =
        CompletableFuture.supplyAsync(
            () ->
                start(
                    lent.orElseGet(
                        () -> settings.newClient(ttl, task -> daemon(name + "-curator", task)))),
            threads);
    CompletionStage<CuratorFramework> start = started;
    start.whenComplete(
        (curator, failure) ->
            tell(failure == null ? events::started : () -> events.failed(failure)));
  }

  /** Releases everything; completes when the server knows, or when it took too long. */
  CompletableFuture<Void> close() {
    if (released == null) {
      released = started.handleAsync(this::release, threads);
    }
    return released;
  }

  private CuratorFramework start(CuratorFramework curator) {
    curator.getCuratorListenable().addListener(listener);
    if (!lent) {
      curator.start();
    }
    look(curator); // a lent client may have connected long ago
    return curator;
  }

  private Void release(CuratorFramework curator, Throwable neverStarted) {
    if (neverStarted == null) {
      curator.getCuratorListenable().removeListener(listener);
      if (!lent) {
        curator.close();
      }
    }
    return null;
  }

  private void onEvent(CuratorFramework curator, CuratorEvent event) {
    if (event.getType() == CuratorEventType.CLOSING) {
      tell(() -> events.changed(KeeperState.Closed));
    } else if (event.getType() == CuratorEventType.WATCHED
        && event.getWatchedEvent().getType() == EventType.None) {
      KeeperState state = event.getWatchedEvent().getState();
      if (state == KeeperState.SyncConnected) {
        look(curator);
      } else {
        tell(() -> events.changed(state));
      }
    }
  }

  private void look(CuratorFramework curator) {
    try {
      ZooKeeper zk = curator.getZookeeperClient().getZooKeeper();
      tell(
          () -> {
            // Late, it may be disconnected again; another event will follow then. A lent client may
            // have told of that before anybody listened here: calls fail then until it is back.
            if (zk.getState().isConnected() && zk.getSessionId() != 0) {
              events.connected(zk);
            }
          });
    } catch (Exception e) { // so Curator declares it: whatever went wrong in making a handle
      tell(() -> events.failed(e));
    }
  }

  private void tell(Runnable event) {
    loop.execute(
        () -> {
          if (released == null) {
            event.run();
          }
        });
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
