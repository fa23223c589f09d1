package io.discovery.benchmarks;

import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.Watcher;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** This library, through its public API. */
final class OursClient implements Client {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Registry registry;

  OursClient(StoreType type, String endpoint) {
    registry =
        Registries.open(
            RegistryConfig.defaults()
                .withBackend(type.backend())
                .withEndpoints(endpoint)
                .with("max-instances", "100000"));
  }

  @Override
  public Handle watch(String service, IntConsumer onSize) {
    CompletableFuture<Void> first = new CompletableFuture<>();
    Watcher watcher =
        registry.watch(
            service,
            snapshot -> {
              onSize.accept(snapshot.instances().size());
              first.complete(null);
            });
    return Handle.of(first, watcher::close);
  }

  @Override
  public Handle register(String service, int index) {
    Registration registration = registry.register(Records.instance(service, index));
    return Handle.of(() -> registration.awaitRegistered(PATIENCE), registration::close);
  }

  @Override
  public void close() {
    registry.close();
  }
}
