package io.discovery.spi;

import io.discovery.RegistryConfig;
import java.util.Set;

/**
 * Names a backend and creates it. Found by {@link java.util.ServiceLoader}; a provider has a public
 * no-argument constructor, does nothing in it and is stateless.
 *
 * <pre>{@code
 * public final class FileBackendProvider implements BackendProvider {
 *   public String name() { return "files"; }
 *   public Backend connect(RegistryConfig config, BackendContext context) { return new FileBackend(config, context); }
 * }
 * }</pre>
 */
public interface BackendProvider {
  /**
   * Returns the name by which users choose this backend, as in {@code -Ddiscovery.backend=NAME}:
   * lower case letters, digits and {@code -}.
   */
  String name();

  /**
   * Returns the wire format used when {@link RegistryConfig#format()} is empty: {@code
   * "etcd-naming"} or {@code "curator"}.
   */
  default String format() {
    return "etcd-naming";
  }

  /**
   * Returns the names of the options this backend understands; any other option is refused before
   * I/O (rule 7.1).
   */
  default Set<String> options() {
    return Set.of();
  }

  /**
   * Creates a backend. Returns at once and waits for no I/O: a store that is down shows in the
   * attempts, not here.
   *
   * @throws IllegalArgumentException if an endpoint, credential or option has a bad form; the
   *     message names key, value and what was expected
   */
  Backend connect(RegistryConfig config, BackendContext context);
}
