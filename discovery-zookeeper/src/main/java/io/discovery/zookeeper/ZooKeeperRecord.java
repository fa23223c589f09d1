package io.discovery.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/**
 * The node of one record and the ways to bring it about, each of which happens whole or not at all.
 * Immutable. Futures as in {@link ZooKeeperSession}.
 *
 * <p><b>The fence.</b> ZooKeeper can make a change depend on a node's version and nothing else, and
 * a fresh node is version 0 again: a version read from our node would fit that of a successor too.
 * {@link #replace} therefore raises the new node's version within the same transaction, to one more
 * than its predecessor's, from {@value #GENERATIONS} back to 1. Whoever read owner and version
 * before a take-over then holds a version that the node will not have again for {@value
 * #GENERATIONS} take-overs.
 *
 * <p><b>Parents.</b> A service's node is a container, which ZooKeeper removes some time after the
 * last record: services that come and go leave nothing behind. So it may be gone at any time, and
 * parents are made when a create finds them missing, from the bottom up, which needs no permission
 * on those that exist (rule 7.4). Those above are persistent: they tell one data set from another
 * (rule 3.12). Parents hold no data; the client's default would be its own address.
 */
final class ZooKeeperRecord {
  private static final int GENERATIONS = 8;
  private static final byte[] EMPTY = new byte[0];

  private final ZooKeeperSettings settings;
  private final ZooKeeperKeys keys;
  private final String path;

  ZooKeeperRecord(ZooKeeperSettings settings, ZooKeeperKeys keys, String service, String id) {
    this.settings = settings;
    this.keys = keys;
    this.path = keys.record(service, id);
  }

  String path() {
    return path;
  }

  /** Creates the node where there is none, and what is missing above it. */
  CompletionStage<Stat> create(ZooKeeperSession session, byte[] value) {
    return withParents(
        session,
        path,
        () -> session.create(path, value, settings.ownedAcl(), CreateMode.EPHEMERAL));
  }

  /** Replaces the node of this version by one of ours, without a moment of absence. */
  CompletionStage<Stat> replace(ZooKeeperSession session, byte[] value, int version) {
    int raised = 1 + Math.floorMod(version, GENERATIONS);
    List<Op> ops = new ArrayList<>();
    ops.add(Op.delete(path, version));
    ops.add(Op.create(path, EMPTY, settings.ownedAcl(), CreateMode.EPHEMERAL));
    for (int next = 1; next <= raised; next++) {
      ops.add(Op.setData(path, next == raised ? value : EMPTY, next - 1));
    }
    return session
        .commit(ops)
        .thenApply(results -> ((OpResult.SetDataResult) results.get(raised + 1)).getStat());
  }

  private CompletionStage<Stat> withParents(
      ZooKeeperSession session, String child, Supplier<CompletionStage<Stat>> create) {
    return create
        .get()
        .exceptionallyCompose(
            failure ->
                ZooKeeperFailures.code(failure) == Code.NONODE
                    ? parent(session, ZooKeeperKeys.parent(child)).thenCompose(made -> create.get())
                    : CompletableFuture.failedFuture(failure));
  }

  private CompletionStage<Void> parent(ZooKeeperSession session, String parent) {
    if (parent.equals("/")) {
      return CompletableFuture.failedFuture(
          ZooKeeperFailures.unavailable(
              "the chroot of the ZooKeeper client does not exist (expected: create it, or name it"
                  + " in 'endpoints')"));
    }
    boolean service = keys.isService(parent);
    return withParents(
            session,
            parent,
            () ->
                session.create(
                    parent,
                    EMPTY,
                    service ? settings.ownedAcl() : settings.sharedAcl(),
                    service ? CreateMode.CONTAINER : CreateMode.PERSISTENT))
        .<Void>thenApply(made -> null)
        .exceptionallyCompose(
            failure ->
                ZooKeeperFailures.code(failure) == Code.NODEEXISTS
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(failure));
  }
}
