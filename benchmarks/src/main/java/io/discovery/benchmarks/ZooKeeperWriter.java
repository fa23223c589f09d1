package io.discovery.benchmarks;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** Creates nodes, of the session's life or for good. */
final class ZooKeeperWriter implements Writer {
  private final ZooKeeper zk;
  private final CreateMode mode;

  /**
   * @param zk closed with this
   */
  ZooKeeperWriter(ZooKeeper zk, CreateMode mode) {
    this.zk = zk;
    this.mode = mode;
  }

  static String path(String service) {
    return "/" + Records.NAMESPACE + "/" + service;
  }

  private static String path(String service, int index) {
    return path(service) + "/" + Records.id(index);
  }

  @Override
  public CompletableFuture<?> prepare(String service) {
    // In the same breath: a session's requests keep their order.
    return CompletableFuture.allOf(
        create("/" + Records.NAMESPACE, new byte[0], CreateMode.PERSISTENT),
        create(path(service), new byte[0], CreateMode.PERSISTENT));
  }

  @Override
  public CompletableFuture<?> create(String service, int index) {
    return create(path(service, index), Records.curator(service, index, 0), mode);
  }

  private CompletableFuture<Void> create(String path, byte[] value, CreateMode as) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    zk.create(
        path,
        value,
        Ids.OPEN_ACL_UNSAFE,
        as,
        (rc, p, ctx, name) -> settle(done, rc == Code.NODEEXISTS.intValue() ? 0 : rc, p),
        null);
    return done;
  }

  @Override
  public CompletableFuture<?> create(List<Key> keys) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    List<Op> creates =
        keys.stream()
            .map(
                key ->
                    Op.create(
                        path(key.service(), key.index()),
                        Records.curator(key.service(), key.index(), 0),
                        Ids.OPEN_ACL_UNSAFE,
                        mode))
            .toList();
    zk.multi(creates, (rc, p, ctx, results) -> settle(done, rc, p), null);
    return done;
  }

  @Override
  public CompletableFuture<?> change(String service, int index, int version) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    byte[] value = Records.curator(service, index, version);
    zk.setData(path(service, index), value, -1, (rc, p, ctx, stat) -> settle(done, rc, p), null);
    return done;
  }

  @Override
  public CompletableFuture<?> delete(String service, int index) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    zk.delete(path(service, index), -1, (rc, p, ctx) -> settle(done, rc, p), null);
    return done;
  }

  private static void settle(CompletableFuture<Void> done, int rc, String path) {
    if (rc == 0) {
      done.complete(null);
    } else {
      done.completeExceptionally(KeeperException.create(Code.get(rc), path));
    }
  }

  @Override
  public void close() {
    Handle.Action.unchecked(zk::close);
  }
}
