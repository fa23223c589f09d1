package io.discovery.grpc;

import io.discovery.RegistryConfig;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Which registry a target asks for. Equal for equal meaning, so that such targets share one.
 *
 * @param backend the backend's name, if the target gives one
 * @param settings what the target sets, by the keys of {@link RegistryConfig}
 */
record RegistryChoice(Optional<String> backend, SortedMap<String, String> settings) {
  /** Tells whether the target leaves it all to the configuration of the process. */
  boolean isOpen() {
    return backend.isEmpty() && settings.isEmpty();
  }

  /**
   * Returns what is asked for, over what system properties and environment say now.
   *
   * @throws IllegalArgumentException if one of these values has a bad form
   */
  RegistryConfig config() {
    RegistryConfig config = RegistryConfig.fromEnvironment();
    for (var setting : settings.entrySet()) {
      config = config.with(setting.getKey(), setting.getValue());
    }
    return backend.isPresent() ? config.withBackend(backend.get()) : config;
  }
}
