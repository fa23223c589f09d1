package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * A session for as long as it is connected: the asynchronous calls of the raw handle. The same
 * session connected again is another object, so what comes late from before cannot be mistaken.
 *
 * <p><b>Threading.</b> Methods belong to the event loop and futures complete on it, in the order of
 * the calls and of the watch events between them, as ZooKeeper guarantees for one connection.
 * <b>Errors.</b> Futures fail with {@link KeeperException}; they have no deadline of their own.
 * <b>Lifecycle.</b> Ended by the connection, which tells those who asked to know.
 */
final class ZooKeeperSession {
  /** By then most who watched before have come back. */
  private static final Duration LEFT_OVER = Duration.ofSeconds(5);

  private final ZooKeeper zk;
  private final long id;
  private final Duration ttl;
  private final int maxBuffer;
  private final ZooKeeperWatches watches;
  private final ZooKeeperCreates creates = new ZooKeeperCreates(this);
  private final Executor replies;
  private final Set<Consumer<DiscoveryException>> dependants = new LinkedHashSet<>();
  private CompletableFuture<Void> probe = CompletableFuture.completedFuture(null);
  private Optional<DiscoveryException> end = Optional.empty();

  /** A node's content. */
  @SuppressWarnings("ArrayRecordComponent") // bytes as they travel, never modified, never compared
  record Node(byte[] value, Stat stat) {}

  /** A node's children. */
  record Children(List<String> names, Stat stat) {}

  private interface Reply<T> {
    void of(int rc, String path, T value);
  }

  /**
   * Wraps a connected handle.
   *
   * @param removal what a removal of watches removes: on a handle of others nothing of theirs
   * @param replies runs on the loop what comes on ZooKeeper's event thread
   */
  ZooKeeperSession(ZooKeeper zk, Watcher.WatcherType removal, EventLoop loop, Executor replies) {
    this.zk = zk;
    this.id = zk.getSessionId();
    this.ttl = Duration.ofMillis(zk.getSessionTimeout());
    this.maxBuffer =
        zk.getClientConfig()
            .getInt(ZKConfig.JUTE_MAXBUFFER, ZKClientConfig.CLIENT_MAX_PACKET_LENGTH_DEFAULT);
    this.replies = replies;
    this.watches = ZooKeeperWatches.of(zk, removal);
    if (removal == Watcher.WatcherType.Any) {
      loop.schedule(LEFT_OVER, this::removeLeftOver);
    } else {
      watches.removeLeftOver(zk);
    }
  }

  long id() {
    return id;
  }

  /** Returns the session timeout that the server granted. */
  Duration ttl() {
    return ttl;
  }

  /** Returns how large an answer may be; a larger one ends the connection. */
  int maxBuffer() {
    return maxBuffer;
  }

  boolean isOn(ZooKeeper other) {
    return zk == other && end.isEmpty();
  }

  /** Has {@code dependant} told of the end, at once if it has come. */
  void whenEnded(Consumer<DiscoveryException> dependant) {
    end.ifPresentOrElse(dependant, () -> dependants.add(dependant));
  }

  void forget(Consumer<DiscoveryException> dependant) {
    dependants.remove(dependant);
  }

  /** The connection is gone; what it still brings is dropped. */
  void end(DiscoveryException cause) {
    if (end.isEmpty()) {
      end = Optional.of(cause);
      new ArrayList<>(dependants).forEach(dependant -> dependant.accept(cause));
      dependants.clear();
    }
  }

  /**
   * One round trip to the leader and back, shared by all who ask while it is under way: it proves
   * this connection and the server's own link to the quorum.
   */
  CompletionStage<Void> probe() {
    if (probe.isDone()) {
      probe = sync("/").toCompletableFuture();
    }
    return probe;
  }

  /** Makes the reads that follow see all that was acknowledged anywhere before. */
  CompletionStage<Void> sync(String path) {
    return call(reply -> zk.sync(path, (rc, p, ctx) -> reply.of(rc, p, null), null));
  }

  CompletionStage<Stat> exists(String path) {
    return call(reply -> zk.exists(path, false, (rc, p, ctx, s) -> reply.of(rc, p, s), null));
  }

  /** As above, and sets a one-shot watch. */
  CompletionStage<Stat> exists(String path, Watcher watcher) {
    return call(reply -> zk.exists(path, watcher, (rc, p, ctx, s) -> reply.of(rc, p, s), null));
  }

  CompletionStage<Node> getData(String path) {
    return call(
        reply ->
            zk.getData(
                path, false, (rc, p, ctx, data, stat) -> reply.of(rc, p, node(data, stat)), null));
  }

  CompletionStage<Children> getChildren(String path) {
    return call(
        reply ->
            zk.getChildren(
                path,
                false,
                (rc, p, ctx, names, stat) -> reply.of(rc, p, new Children(names, stat)),
                null));
  }

  CompletionStage<Stat> create(String path, byte[] value, List<ACL> acl, CreateMode mode) {
    return call(
        reply ->
            zk.create(
                path, value, acl, mode, (rc, p, ctx, name, stat) -> reply.of(rc, p, stat), null));
  }

  /** As {@link ZooKeeperCreates#create}. */
  CompletionStage<Stat> createEphemeral(
      String path, byte[] value, List<ACL> acl, BooleanSupplier wanted) {
    return creates.create(path, value, acl, wanted);
  }

  CompletionStage<Stat> setData(String path, byte[] value, int version) {
    return call(
        reply -> zk.setData(path, value, version, (rc, p, ctx, s) -> reply.of(rc, p, s), null));
  }

  CompletionStage<Void> delete(String path, int version) {
    return call(reply -> zk.delete(path, version, (rc, p, ctx) -> reply.of(rc, p, null), null));
  }

  /** Carries out all of {@code ops} or none. */
  CompletionStage<List<OpResult>> commit(List<Op> ops) {
    return call(reply -> zk.multi(ops, (rc, p, ctx, all) -> reply.of(rc, p, all), null));
  }

  /**
   * Carries out reads, each with its own result. The code of the whole is that of the first read
   * that failed, {@code NONODE} for instance, and says nothing of the others.
   */
  CompletionStage<List<OpResult>> read(List<Op> ops) {
    return call(
        reply ->
            zk.multi(
                ops,
                (rc, p, ctx, all) -> reply.of(all == null ? rc : Code.OK.intValue(), p, all),
                null));
  }

  /** Watches a path, which need not exist, and all below it, until {@link #unwatch}. */
  CompletionStage<Void> watch(String path, Watcher watcher) {
    return call(reply -> watches.add(zk, path, watcher, (rc, p, ctx) -> reply.of(rc, p, null)));
  }

  /** Takes back a {@link #watch}, also after the end: the handle would set it again. */
  void unwatch(String path, Watcher watcher) {
    if (end.isEmpty()) {
      watches.remove(zk, path, watcher);
    } else {
      watches.leave(zk, path, watcher);
    }
  }

  private void removeLeftOver() {
    if (end.isEmpty()) {
      watches.removeLeftOver(zk);
    }
  }

  static Node node(byte[] data, Stat stat) {
    return new Node(data == null ? new byte[0] : data, stat);
  }

  private <T> CompletionStage<T> call(Consumer<Reply<T>> request) {
    CompletableFuture<T> future = new CompletableFuture<>();
    request.accept((rc, path, value) -> replies.execute(() -> settle(future, rc, path, value)));
    return future;
  }

  private <T> void settle(CompletableFuture<T> future, int rc, String path, T value) {
    if (end.isPresent()) {
      future.completeExceptionally(KeeperException.create(Code.CONNECTIONLOSS, path));
    } else if (rc == Code.OK.intValue()) {
      future.complete(value);
    } else {
      Code code = Code.get(rc) == null ? Code.SYSTEMERROR : Code.get(rc);
      future.completeExceptionally(KeeperException.create(code, path));
    }
  }
}
