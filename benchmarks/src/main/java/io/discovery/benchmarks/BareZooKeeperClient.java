package io.discovery.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;

/**
 * The least code on ZooKeeper's own client that does the job while nothing but connections goes
 * wrong: a recursive watch and batched reads for each service, records left undecoded.
 */
final class BareZooKeeperClient implements Client {
  static final int SESSION_MILLIS = 10_000;

  private final ZooKeeper zk;
  private final BatchedReads reads;
  private final Writer writer;

  BareZooKeeperClient(String endpoint) throws Exception {
    zk = connect(endpoint);
    reads = new BatchedReads(zk);
    writer = new ZooKeeperWriter(zk, CreateMode.EPHEMERAL);
  }

  /** Waits for the connection: ZooKeeper's client refuses nothing meanwhile, but measures do. */
  static ZooKeeper connect(String endpoint) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper zk = new ZooKeeper(endpoint, SESSION_MILLIS, event -> connected.countDown());
    connected.await();
    return zk;
  }

  /** Returns this client, registering in transactions. */
  Client inBatches() {
    return new BatchingClient(this, writer);
  }

  @Override
  public Handle watch(String service, IntConsumer onSize) {
    BareZooKeeperView view =
        new BareZooKeeperView(zk, reads, ZooKeeperWriter.path(service), onSize);
    zk.addWatch(view.path(), view, AddWatchMode.PERSISTENT_RECURSIVE, (rc, path, ctx) -> {}, null);
    view.list();
    return Handle.of(
        view.first(),
        () ->
            zk.removeAllWatches(
                view.path(),
                org.apache.zookeeper.Watcher.WatcherType.Any,
                false,
                (rc, p, ctx) -> {},
                null));
  }

  @Override
  public Handle register(String service, int index) {
    CompletableFuture<?> created = writer.create(service, index);
    return Handle.of(created, () -> writer.delete(service, index).join());
  }

  @Override
  public void close() {
    writer.close();
  }
}
