package io.discovery.zookeeper;

import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.curator.framework.CuratorFramework;

/**
 * ZooKeeper as a store of records: ephemeral nodes, and recursive watches whose events are hints.
 *
 * <p><b>Threading.</b> As {@link Backend}: everything on the event loop. <b>Errors.</b> {@link
 * ZooKeeperFailures}. <b>Lifecycle.</b> A time to live is a session timeout, so each distinct one
 * has a session of its own, opened when first used and closed when nothing is registered with it
 * any more (rule 2.6). The one with the configured time to live also carries all reads and lasts
 * until {@link #shutdown}. A client lent by the caller has one session, which serves all.
 */
final class ZooKeeperBackend implements Backend {
  private final ZooKeeperSettings settings;
  private final BackendContext context;
  private final Optional<CuratorFramework> lent;
  private final ZooKeeperKeys keys;
  private final ZooKeeperReader reader;
  private final ZooKeeperKeys settingsKeys;
  private final ZooKeeperReader settingsReader;
  private final ZooKeeperParents parents;
  private final ZooKeeperConnection main;
  private final Map<Duration, ZooKeeperConnection> others = new HashMap<>();
  private CompletableFuture<Void> closed = CompletableFuture.completedFuture(null);

  /**
   * Begins to connect.
   *
   * @param lent the caller's own client, which stays open in the end
   */
  ZooKeeperBackend(
      ZooKeeperSettings settings, Optional<CuratorFramework> lent, BackendContext context) {
    this.settings = settings;
    this.context = context;
    this.lent = lent;
    String chroot = lent.map(CuratorFramework::getNamespace).orElse(settings.chroot());
    String namespace = settings.config().namespace();
    this.keys = new ZooKeeperKeys(chroot, namespace);
    this.settingsKeys = new ZooKeeperKeys(chroot, namespace + ZooKeeperKeys.SETTINGS);
    this.parents = new ZooKeeperParents(settings, keys);
    this.reader = reader(keys);
    this.settingsReader = reader(settingsKeys);
    this.main = connect(settings.config().ttl());
  }

  private ZooKeeperReader reader(ZooKeeperKeys below) {
    return new ZooKeeperReader(
        context.loop(), below, lent.isPresent(), settings.config().listTimeout());
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    boolean shared = lent.isPresent() || ttl.equals(settings.config().ttl());
    ZooKeeperConnection connection = shared ? main : others.computeIfAbsent(ttl, this::connect);
    return new ZooKeeperOwnership(
        connection,
        new ZooKeeperRecord(parents, settings.ownedAcl(), keys.record(service, id)),
        context.loop(),
        settings.config().requestTimeout(),
        listener,
        shared ? () -> {} : () -> closeIfIdle(ttl, connection));
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    return subscribe(keys, reader, service, observer);
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    return subscribe(settingsKeys, settingsReader, service, observer);
  }

  private Subscription subscribe(
      ZooKeeperKeys keys, ZooKeeperReader reader, String service, Observer observer) {
    ZooKeeperSubscription subscription =
        new ZooKeeperSubscription(main, reader, settings, keys, service, observer);
    subscription.open();
    return subscription;
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    return main.call(
        settings.config().listTimeout(),
        "reading " + keys.service(service),
        session -> reader.list(session, service));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    return main.call(settings.config().listTimeout(), "reading " + keys.root(), reader::services);
  }

  @Override
  public CompletionStage<Void> shutdown() {
    others.values().forEach(this::close);
    others.clear();
    close(main);
    return closed.thenRun(settings::close);
  }

  private ZooKeeperConnection connect(Duration ttl) {
    String name = ttl.equals(settings.config().ttl()) ? "" : "-" + ttl;
    return new ZooKeeperConnection(settings, lent, ttl, context.label() + name, context);
  }

  private void closeIfIdle(Duration ttl, ZooKeeperConnection connection) {
    if (connection.isIdle() && others.remove(ttl, connection)) {
      close(connection);
    }
  }

  private void close(ZooKeeperConnection connection) {
    closed = CompletableFuture.allOf(closed, connection.close());
  }
}
