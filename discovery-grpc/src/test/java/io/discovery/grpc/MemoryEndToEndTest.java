package io.discovery.grpc;

import io.discovery.RegistryConfig;
import io.discovery.tck.MemoryStore;
import io.discovery.tck.Server;

final class MemoryEndToEndTest extends EndToEnd {
  private final MemoryStore store = MemoryStore.named("grpc-end-to-end");

  @Override
  Server store() {
    return store;
  }

  @Override
  RegistryConfig config() {
    return store.config();
  }
}
