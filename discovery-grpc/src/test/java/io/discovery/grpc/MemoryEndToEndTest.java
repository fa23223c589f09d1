package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.RegistryConfig;
import io.discovery.tck.MemoryStore;
import io.discovery.tck.Server;
import org.junit.jupiter.api.Tag;

/** The quickest way to one of these tests while working; the real stores are what counts. */
@Tag("long")
final class MemoryEndToEndTest extends EndToEnd {
  private final MemoryStore store = MemoryStore.named("grpc-end-to-end");

  @Override
  Server store() {
    return store;
  }

  @Override
  public RegistryConfig config() {
    return store.config().withNamespace(namespace);
  }

  @Override
  public long watches() {
    return store.census().watches().getAsLong();
  }

  @Override
  public void publish(String namespace, String service, String serviceConfig) {
    store.put(namespace + ".settings", service, "grpc", serviceConfig.getBytes(UTF_8));
  }
}
