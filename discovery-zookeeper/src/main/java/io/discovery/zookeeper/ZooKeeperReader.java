package io.discovery.zookeeper;

import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.zookeeper.ZooKeeperSession.Children;
import io.discovery.zookeeper.ZooKeeperSession.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * Reads services, and which there are. For the event loop. Futures fail as those of {@link
 * ZooKeeperSession} and have no deadline; a read of many requests stops at the first that fails,
 * and makes no more of them when nobody waits for it any longer.
 */
final class ZooKeeperReader {
  private final EventLoop loop;
  private final ZooKeeperKeys keys;
  private final ZooKeeperBarrier barrier;
  private final boolean lent;
  private final Duration limit;
  private Optional<ZooKeeperReads> reads = Optional.empty();

  /**
   * @param lent whether the client is the caller's own, with a buffer as it happens to be
   * @param limit how long anybody waits for a read
   */
  ZooKeeperReader(EventLoop loop, ZooKeeperKeys keys, boolean lent, Duration limit) {
    this.loop = loop;
    this.keys = keys;
    this.barrier = new ZooKeeperBarrier(loop, keys.root());
    this.lent = lent;
    this.limit = limit;
  }

  /**
   * Reads a service completely, as of no earlier than now (rule 4.1).
   *
   * <p>The store is identified by the birth of the root node, which outlives services: its zxid
   * alone might be the same after a wipe. The revision is the highest zxid that the service shows.
   * A deleted record leaves its zxid in its parent's pzxid, a reaped service in the root's. Each is
   * looked at after what it makes up for: the root after the names, and both once more if a record
   * was gone that had a name. So the revision never shrinks while the root lives. Who may not look
   * at the root (servers of 3.9 ask for that permission) goes without its birth and has the
   * revision alone (rule 7.4).
   */
  CompletionStage<Listing> list(ZooKeeperSession session, String service) {
    return barrier.send(session).thenCompose(fresh -> list(session, keys.service(service), fresh));
  }

  private CompletionStage<Listing> list(
      ZooKeeperSession session, String path, ZooKeeperBarrier.Fresh fresh) {
    CompletableFuture<Optional<Children>> children =
        present(session.getChildren(path)).toCompletableFuture();
    return fresh
        .synced()
        .thenCompose(done -> children)
        .thenCompose(found -> list(session, path, found, fresh.root()));
  }

  private CompletionStage<Listing> list(
      ZooKeeperSession session,
      String path,
      Optional<Children> children,
      CompletionStage<Optional<Stat>> root) {
    List<String> names = children.map(Children::names).orElse(List.of());
    long last = children.map(Children::stat).map(Stat::getPzxid).orElse(0L);
    return nodes(session, path, names)
        .thenCompose(
            nodes ->
                (nodes.size() == names.size()
                        ? CompletableFuture.completedFuture(last)
                        : lastRemoval(session, path).thenApply(removal -> Math.max(last, removal)))
                    .thenCombine(
                        root,
                        (zxid, stat) -> listing(stat, Math.max(zxid, revision(nodes)), nodes)));
  }

  /** Returns the zxid that a record which has just gone has left behind, or a higher one. */
  private CompletionStage<Long> lastRemoval(ZooKeeperSession session, String path) {
    return present(session.exists(path))
        .thenCompose(
            service ->
                service.isPresent()
                    ? CompletableFuture.completedFuture(service)
                    : orEmpty(session.exists(keys.root()), Code.NONODE, Code.NOAUTH))
        .thenApply(stat -> stat.map(Stat::getPzxid).orElse(0L));
  }

  /** Reads the names of services that have a record; those we may not look into are left out. */
  CompletionStage<Set<String>> services(ZooKeeperSession session) {
    String root = keys.root();
    CompletionStage<Void> synced = session.sync(root);
    CompletionStage<Optional<Children>> children = present(session.getChildren(root));
    return synced
        .thenCompose(done -> children)
        .thenCompose(found -> nodes(session, root, found.map(Children::names).orElse(List.of())))
        .thenApply(
            nodes -> {
              nodes.values().removeIf(node -> node.stat().getNumChildren() == 0);
              nodes.keySet().removeIf(keys::isForeign);
              return nodes.keySet();
            });
  }

  /** Reads children of {@code parent}; those that are gone are missing in the result. */
  CompletionStage<Map<String, Node>> nodes(
      ZooKeeperSession session, String parent, List<String> names) {
    if (reads.filter(some -> some.isOf(session)).isEmpty()) {
      reads = Optional.of(new ZooKeeperReads(loop, session, lent, limit));
    }
    return reads.get().read(parent, names);
  }

  /** Returns the highest zxid among the nodes. */
  static long revision(Map<String, Node> nodes) {
    return nodes.values().stream().mapToLong(node -> node.stat().getMzxid()).max().orElse(0);
  }

  static List<Entry> entries(Map<String, Node> nodes) {
    List<Entry> entries = new ArrayList<>(nodes.size());
    nodes.forEach((name, node) -> entries.add(new Entry(name, node.value())));
    return entries;
  }

  private static Listing listing(Optional<Stat> root, long revision, Map<String, Node> nodes) {
    String store =
        root.map(
                stat -> Long.toHexString(stat.getCzxid()) + "-" + Long.toHexString(stat.getCtime()))
            .orElse("");
    long last = Math.max(revision, root.map(Stat::getPzxid).orElse(0L));
    return new Listing(store, last, entries(nodes));
  }

  private static <T> CompletionStage<Optional<T>> present(CompletionStage<T> found) {
    return orEmpty(found, Code.NONODE);
  }

  static <T> CompletionStage<Optional<T>> orEmpty(CompletionStage<T> found, Code... absent) {
    return found
        .thenApply(Optional::of)
        .exceptionally(
            failure -> {
              if (Set.of(absent).contains(ZooKeeperFailures.code(failure))) {
                return Optional.empty();
              }
              throw new CompletionException(failure);
            });
  }
}
