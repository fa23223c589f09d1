package io.discovery.zookeeper;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;

/**
 * The recursive watches of one handle, whoever set them: several registries may share a lent
 * client, and the server knows one watch for a path and a connection, which goes for all at once.
 * So the handle is given one watcher for a path, which passes events on, and the server is told to
 * forget it when the last one leaves.
 *
 * <p><b>Threading.</b> Safe for any thread. What is counted is sent under the same lock, so that
 * the additions and removals of several event loops reach the server in the order they are counted
 * in. <b>Lifecycle.</b> As long as the handle is reachable; nothing in here refers to it.
 */
final class ZooKeeperWatches {
  // Guarded by itself.
  private static final Map<ZooKeeper, ZooKeeperWatches> OF_HANDLES = new WeakHashMap<>();

  private final WatcherType removal;
  // Guarded by this. One that has no watchers is left over: the handle sets it again and again.
  private final Map<String, Fan> fans = new HashMap<>();

  /** What the handle calls for a path, from the first who watches until the last. */
  private static final class Fan implements Watcher {
    final Set<Watcher> watchers = new CopyOnWriteArraySet<>();

    @Override
    public void process(WatchedEvent event) {
      watchers.forEach(watcher -> watcher.process(event));
    }
  }

  private ZooKeeperWatches(WatcherType removal) {
    this.removal = removal;
  }

  /**
   * Returns those of a handle.
   *
   * @param removal what a removal of watches removes: on a handle of others nothing of theirs
   */
  static ZooKeeperWatches of(ZooKeeper zk, WatcherType removal) {
    synchronized (OF_HANDLES) {
      return OF_HANDLES.computeIfAbsent(zk, handle -> new ZooKeeperWatches(removal));
    }
  }

  /** Watches a path, which need not exist, and all below it. */
  synchronized void add(ZooKeeper zk, String path, Watcher watcher, VoidCallback callback) {
    Fan fan = fans.computeIfAbsent(path, absent -> new Fan());
    fan.watchers.add(watcher);
    // Even if it is there: whoever else uses the handle may have removed it.
    zk.addWatch(path, fan, AddWatchMode.PERSISTENT_RECURSIVE, callback, null);
  }

  /** Takes back one {@link #add}; the last one of a path frees it on the server. */
  synchronized void remove(ZooKeeper zk, String path, Watcher watcher) {
    Fan fan = fans.get(path);
    if (fan != null && fan.watchers.remove(watcher) && fan.watchers.isEmpty()) {
      remove(zk, path, fan);
    }
  }

  /**
   * Takes back one {@link #add} after the connection is gone. Who watched will most likely do so
   * again on the next one, on which a handle of ours sets the watch anyway: to remove and to add it
   * would be two requests. What is not wanted again goes with {@link #removeLeftOver}.
   */
  synchronized void leave(ZooKeeper zk, String path, Watcher watcher) {
    Fan fan = fans.get(path);
    if (removal != WatcherType.Any) {
      remove(zk, path, watcher); // a handle of others does not end with us
    } else if (fan != null) {
      fan.watchers.remove(watcher);
    }
  }

  /** Removes what earlier connections left, and the handle has set again. */
  synchronized void removeLeftOver(ZooKeeper zk) {
    Map.copyOf(fans)
        .forEach(
            (path, fan) -> {
              if (fan.watchers.isEmpty()) {
                remove(zk, path, fan);
              }
            });
  }

  /**
   * Removes a watch on the server and then here. Never here alone: a client that loses its
   * connection with such a removal under way keeps that loss to itself, since it takes the event of
   * the removal for the one of the loss. So what fails is repeated on the next connection. Who
   * watches the path meanwhile has a new fan, which does not hear of the removal of this one.
   */
  private void remove(ZooKeeper zk, String path, Fan fan) {
    fans.remove(path);
    zk.removeAllWatches(
        path,
        removal,
        false,
        (rc, p, ctx) -> {
          if (rc == Code.CONNECTIONLOSS.intValue()) {
            synchronized (this) {
              fans.putIfAbsent(path, fan);
            }
          }
        },
        null);
  }
}
