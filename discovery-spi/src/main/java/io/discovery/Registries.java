package io.discovery;

import io.discovery.spi.BackendProvider;

/** Opens registries. Skeleton: being written. */
public final class Registries {
  private Registries() {}

  public static Registry open() {
    return open(RegistryConfig.fromEnvironment());
  }

  public static Registry open(RegistryConfig config) {
    throw new UnsupportedOperationException();
  }

  public static Registry open(String backend, RegistryConfig config) {
    return open(config.withBackend(backend));
  }

  public static Registry open(BackendProvider backend, RegistryConfig config) {
    throw new UnsupportedOperationException();
  }
}
