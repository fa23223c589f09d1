package io.discovery.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * The node of one record and the ways to bring it about, each of which happens whole or not at all.
 * For the event loop; stages as in {@link ZooKeeperSession}.
 *
 * <p><b>The fence.</b> ZooKeeper can make a change depend on a node's version and nothing else, and
 * a fresh node is version 0 again, or 1 (see {@link ZooKeeperCreates}): a version read from our
 * node would fit that of a successor too. {@link #replace} therefore raises the new node's version
 * within the same transaction, to one more than its predecessor's, from {@value #FIRST} on and
 * after {@value #GENERATIONS} of them back. Whoever read owner and version before a take-over then
 * holds a version that the node will not have again for {@value #GENERATIONS} take-overs.
 */
final class ZooKeeperRecord {
  private static final int FIRST = 2;
  private static final int GENERATIONS = 8;
  private static final byte[] EMPTY = new byte[0];

  private final ZooKeeperParents parents;
  private final List<ACL> acl;
  private final String path;

  ZooKeeperRecord(ZooKeeperParents parents, List<ACL> acl, String path) {
    this.parents = parents;
    this.acl = acl;
    this.path = path;
  }

  String path() {
    return path;
  }

  /**
   * Creates the node where there is none.
   *
   * @param wanted asked each time before the node is sent, which may be again and late, when the
   *     nodes above it have been made
   */
  CompletionStage<Stat> create(ZooKeeperSession session, byte[] value, BooleanSupplier wanted) {
    return parents.under(session, path, () -> session.createEphemeral(path, value, acl, wanted));
  }

  /** Replaces the node of this version by one of ours, without a moment of absence. */
  CompletionStage<Stat> replace(ZooKeeperSession session, byte[] value, int version) {
    int raised = FIRST + Math.floorMod(Math.max(version, 1) - 1, GENERATIONS);
    List<Op> ops = new ArrayList<>();
    ops.add(Op.delete(path, version));
    ops.add(Op.create(path, EMPTY, acl, CreateMode.EPHEMERAL));
    for (int next = 1; next <= raised; next++) {
      ops.add(Op.setData(path, next == raised ? value : EMPTY, next - 1));
    }
    return session
        .commit(ops)
        .thenApply(results -> ((OpResult.SetDataResult) results.get(raised + 1)).getStat());
  }
}
