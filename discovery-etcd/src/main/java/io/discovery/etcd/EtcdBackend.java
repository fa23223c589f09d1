package io.discovery.etcd;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.GetResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The store etcd: one connection, a lease for each record, a watch stream for each service.
 *
 * <p><b>Threading.</b> Confined to the event loop; stages complete and observers are called there.
 * <b>Errors.</b> As {@link EtcdFailures} maps them. <b>Lifecycle.</b> {@link #shutdown} ends the
 * watches, revokes the leases of the records still owned, as far as the store answers, and closes
 * the connection; in two seconds, whatever the store does.
 */
final class EtcdBackend implements Backend {
  private static final Duration FAREWELL = Duration.ofMillis(1200);

  private final EventLoop loop;
  private final EtcdConnection connection;
  private final EtcdPuts puts;
  private final EtcdLineage lineage;
  private final EtcdQuorum quorum;
  private final EtcdKeys keys;
  private final RegistryConfig config;
  private final int pageSize;

  private final Set<EtcdOwnership> owned = new HashSet<>();
  private final Set<EtcdSubscription> subscriptions = new HashSet<>();

  EtcdBackend(EtcdClients clients, RegistryConfig config, BackendContext context, int pageSize) {
    this.loop = context.loop();
    this.connection = new EtcdConnection(clients, config, context, this::onReset);
    this.puts = new EtcdPuts(connection);
    this.lineage = new EtcdLineage(connection);
    this.quorum = new EtcdQuorum(connection);
    this.keys = new EtcdKeys(config.namespace());
    this.config = config;
    this.pageSize = pageSize;
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    EtcdOwnership ownership =
        new EtcdOwnership(connection, puts, keys.record(service, id), ttl, listener, owned::remove);
    owned.add(ownership);
    return ownership;
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    return subscribe(keys.service(service), observer);
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    return subscribe(keys.settings(service), observer);
  }

  private Subscription subscribe(ByteSequence prefix, Observer observer) {
    EtcdSubscription subscription =
        new EtcdSubscription(connection, lineage, quorum, prefix, observer, subscriptions::remove);
    subscriptions.add(subscription);
    subscription.start(
        lineage.known().thenCompose(known -> read(prefix, false, subscription::prepare)));
    return subscription;
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    ByteSequence prefix = keys.service(service);
    return read(prefix, false, page -> {})
        .thenApply(
            result ->
                new Listing(
                    lineage.store(result.cluster()),
                    result.revision(),
                    EtcdKeys.entriesBelow(prefix, result.found())));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    ByteSequence root = keys.root();
    return read(root, true, page -> {})
        .thenApply(
            result ->
                result.found().stream()
                    .flatMap(kv -> EtcdKeys.serviceBelow(root, kv.getKey()).stream())
                    .collect(toUnmodifiableSet()));
  }

  @Override
  public CompletionStage<Void> shutdown() {
    List.copyOf(subscriptions).forEach(EtcdSubscription::close);
    CompletableFuture<Void> farewell =
        CompletableFuture.allOf(
            List.copyOf(owned).stream()
                .map(ownership -> ownership.release().toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    loop.schedule(FAREWELL, () -> farewell.complete(null));
    // What could not be revoked ends with its time to live.
    return farewell.exceptionally(untold -> null).thenCompose(over -> connection.shutdown());
  }

  private CompletionStage<EtcdPages.Result> read(
      ByteSequence prefix, boolean keysOnly, Consumer<GetResponse> onPage) {
    return EtcdPages.read(connection, prefix, keysOnly, pageSize, config.listTimeout(), onPage);
  }

  private void onReset() {
    List.copyOf(subscriptions)
        .forEach(s -> s.end(connection.unavailable("the store has lost its latest revisions")));
  }
}
