package io.discovery.tck;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import java.util.Set;

/**
 * The backend {@code memory}: a store inside this JVM, for tests of programs that use discovery and
 * as the simplest example of a backend. All registries that name the same endpoint share a {@link
 * MemoryStore}; without an endpoint it is the one called {@code default}.
 *
 * <pre>{@code
 * Registry registry = Registries.open(RegistryConfig.defaults().withBackend("memory").withEndpoints("t1"));
 * MemoryStore.named("t1").stop();  // and see what the program does
 * }</pre>
 */
public final class MemoryBackendProvider implements BackendProvider {
  static final String NAME = "memory";
  static final String LINK = "link";

  /** For {@link java.util.ServiceLoader}. */
  public MemoryBackendProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  /** Returns {@code link}: the name of the {@link MemoryLink} that a registry's requests take. */
  @Override
  public Set<String> options() {
    return Set.of(LINK);
  }

  @Override
  public Backend connect(RegistryConfig config, BackendContext context) {
    String endpoint = config.endpoints().stream().findFirst().orElse("default");
    MemoryStore store = MemoryStore.named(endpoint);
    return new MemoryBackend(
        store, store.link(config.option(LINK).orElse("direct")), config, context);
  }
}
