package io.discovery.benchmarks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** The nodes of one service, undecoded. Everything happens on ZooKeeper's event thread. */
final class BareZooKeeperView implements Watcher {
  private final ZooKeeper zk;
  private final BatchedReads reads;
  private final String path;
  private final IntConsumer onSize;
  private final Map<String, byte[]> nodes = new HashMap<>();
  private final Set<String> reading = new HashSet<>();
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private int missing; // of a listing
  private boolean differs; // from what was told

  BareZooKeeperView(ZooKeeper zk, BatchedReads reads, String path, IntConsumer onSize) {
    this.zk = zk;
    this.reads = reads;
    this.path = path;
    this.onSize = onSize;
  }

  String path() {
    return path;
  }

  CompletableFuture<Void> first() {
    return first;
  }

  /** Reads everything; may be called from any thread. */
  void list() {
    zk.getChildren(path, false, (rc, p, ctx, names) -> listed(names), null);
  }

  private void listed(List<String> names) {
    if (names == null) { // the connection was lost, or there is no such service
      return;
    }
    reading.clear(); // what was under way when the connection was lost never comes
    missing = names.size();
    differs |= !first.isDone();
    differs |= nodes.keySet().retainAll(new HashSet<>(names));
    for (String name : names) {
      reads.add(
          path + "/" + name,
          value -> {
            missing--;
            value.ifPresent(bytes -> put(name, bytes));
            tell();
          });
    }
    reads.flush();
    tell();
  }

  @Override
  public void process(WatchedEvent event) {
    switch (event.getType()) {
      case None -> {
        // The handle has set the watch again, which replays nothing.
        if (event.getState() == Event.KeeperState.SyncConnected && first.isDone()) {
          list();
        }
      }
      case NodeCreated, NodeDataChanged -> read(event.getPath());
      case NodeDeleted -> {
        differs |= nodes.remove(name(event.getPath())) != null;
        tell();
      }
      default -> {}
    }
  }

  private void read(String node) {
    if (node.length() > path.length() && reading.add(node)) {
      reads.add(
          node,
          value -> {
            reading.remove(node);
            value.ifPresent(bytes -> put(name(node), bytes));
            tell();
          });
      reads.flush();
    }
  }

  private String name(String node) {
    return node.substring(Math.min(node.length(), path.length() + 1));
  }

  private void put(String name, byte[] value) {
    differs |= !Arrays.equals(nodes.put(name, value), value);
  }

  private void tell() {
    if (missing == 0 && differs) {
      differs = false;
      onSize.accept(nodes.size());
      first.complete(null);
    }
  }
}
