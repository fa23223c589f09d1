package io.discovery;

import io.discovery.spi.BackendProvider;

/** Opens registries. Skeleton: being written. */
public final class Registries {
  private Registries() {}

  @SuppressWarnings({"unused", "DoNotCallSuggester"}) public static Registry open() {
    return open(RegistryConfig.fromEnvironment());
  }

  @SuppressWarnings({"unused", "DoNotCallSuggester"}) public static Registry open(RegistryConfig config) {
    throw new UnsupportedOperationException();
  }

  @SuppressWarnings({"unused", "DoNotCallSuggester"}) public static Registry open(String backend, RegistryConfig config) {
    return open(config.withBackend(backend));
  }

  @SuppressWarnings({"unused", "DoNotCallSuggester"}) public static Registry open(BackendProvider backend, RegistryConfig config) {
    throw new UnsupportedOperationException();
  }
}
