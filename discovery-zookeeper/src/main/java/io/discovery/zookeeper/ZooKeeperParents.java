package io.discovery.zookeeper;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * The nodes above records, made when a record is. For the event loop; stages as in {@link
 * ZooKeeperSession}.
 *
 * <p>A service's node is a container, which ZooKeeper removes some time after the last record:
 * services that come and go leave nothing behind, but it may be gone at any time. The nodes above
 * are persistent: they tell one data set from another (rule 3.12). None holds data; the client's
 * default would be its own address.
 *
 * <p>They are made from the bottom up, which needs no permission on those that exist (rule 7.4). A
 * service that this process has not written to yet is made in the same breath as the record, so the
 * first registration takes one round trip like any other.
 */
final class ZooKeeperParents {
  private static final byte[] EMPTY = new byte[0];

  private final ZooKeeperSettings settings;
  private final ZooKeeperKeys keys;
  private final Set<String> known = new HashSet<>(); // services made, or being made, by us

  ZooKeeperParents(ZooKeeperSettings settings, ZooKeeperKeys keys) {
    this.settings = settings;
    this.keys = keys;
  }

  /** Runs {@code create}, which makes the node at {@code path}, and makes what is missing above. */
  CompletionStage<Stat> under(
      ZooKeeperSession session, String path, Supplier<CompletionStage<Stat>> create) {
    String service = ZooKeeperKeys.parent(path);
    if (known.add(service)) {
      CompletionStage<Stat> parent = make(session, service);
      return orElse(create, Code.NONODE, () -> parent.thenCompose(made -> create.get()));
    }
    return orElse(
        create,
        Code.NONODE,
        () -> {
          known.remove(service);
          return under(session, path, create);
        });
  }

  private CompletionStage<Stat> make(ZooKeeperSession session, String path) {
    if (path.equals("/")) {
      return CompletableFuture.failedFuture(
          ZooKeeperFailures.unavailable(
              "the chroot of the ZooKeeper client does not exist (expected: create it, or name it"
                  + " in 'endpoints')"));
    }
    boolean service = keys.isService(path);
    Supplier<CompletionStage<Stat>> create =
        () ->
            session.create(
                path,
                EMPTY,
                service ? settings.ownedAcl() : settings.sharedAcl(),
                service ? CreateMode.CONTAINER : CreateMode.PERSISTENT);
    Supplier<CompletionStage<Stat>> below =
        () -> make(session, ZooKeeperKeys.parent(path)).thenCompose(made -> create.get());
    return orElse(
        () -> orElse(create, Code.NONODE, below),
        Code.NODEEXISTS,
        () -> CompletableFuture.completedFuture(new Stat()));
  }

  private static CompletionStage<Stat> orElse(
      Supplier<CompletionStage<Stat>> first, Code code, Supplier<CompletionStage<Stat>> second) {
    return first
        .get()
        .exceptionallyCompose(
            failure ->
                ZooKeeperFailures.code(failure) == code
                    ? second.get()
                    : CompletableFuture.failedFuture(failure));
  }
}
