package io.discovery.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.details.ServiceCacheListener;

/** Curator's service discovery: a cache for each watched service, as its documentation has it. */
final class XDiscoveryClient implements Client {
  private final CuratorFramework curator;
  private final ServiceDiscovery<Void> discovery;
  private final boolean direct;
  private final ExecutorService callers; // without a thread before the first registration

  /**
   * @param threads how many registrations to make at a time, since its calls block; with one the
   *     caller's thread makes them, as it does with all other contestants
   */
  XDiscoveryClient(String endpoint, int threads) throws Exception {
    curator = connect(endpoint);
    discovery =
        ServiceDiscoveryBuilder.builder(Void.class)
            .client(curator)
            .basePath("/" + Records.NAMESPACE)
            .build();
    discovery.start();
    direct = threads == 1;
    callers = Executors.newFixedThreadPool(threads);
  }

  static CuratorFramework connect(String endpoint) throws InterruptedException {
    CuratorFramework curator =
        CuratorFrameworkFactory.builder()
            .connectString(endpoint)
            .sessionTimeoutMs(BareZooKeeperClient.SESSION_MILLIS)
            .retryPolicy(new ExponentialBackoffRetry(100, 10))
            .build();
    curator.start();
    curator.blockUntilConnected();
    return curator;
  }

  @Override
  public Handle watch(String service, IntConsumer onSize) throws Exception {
    ServiceCache<Void> cache = discovery.serviceCacheBuilder().name(service).build();
    cache.addListener(
        new ServiceCacheListener() {
          @Override
          public void cacheChanged() {
            onSize.accept(cache.getInstances().size());
          }

          @Override
          public void stateChanged(CuratorFramework client, ConnectionState state) {}
        });
    CountDownLatch initialized = cache.startImmediate();
    return Handle.of(
        () -> {
          if (!initialized.await(Handle.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no first view of " + service + " within a minute");
          }
          onSize.accept(cache.getInstances().size());
        },
        cache::close);
  }

  @Override
  public Handle register(String service, int index) throws Exception {
    ServiceInstance<Void> instance =
        ServiceInstance.<Void>builder()
            .name(service)
            .id(Records.id(index))
            .address(Records.host(index))
            .port(8080)
            .build();
    if (direct) {
      discovery.registerService(instance);
      return Handle.of(() -> {}, () -> discovery.unregisterService(instance));
    }
    CompletableFuture<Void> done =
        CompletableFuture.runAsync(
            () -> Handle.Action.unchecked(() -> discovery.registerService(instance)), callers);
    return Handle.of(done, () -> discovery.unregisterService(instance));
  }

  @Override
  public void close() {
    callers.shutdown();
    try (curator) {
      Handle.Action.unchecked(discovery::close);
    }
  }
}
