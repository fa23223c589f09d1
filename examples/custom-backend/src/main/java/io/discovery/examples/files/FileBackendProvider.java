package io.discovery.examples.files;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The backend {@code files}. Its endpoint is one absolute directory, which exists, on a local file
 * system that tells {@code A} from {@code a}.
 *
 * <p>Option {@code poll-millis}: the pause between two looks of a watch, 100 if not set.
 */
public final class FileBackendProvider implements BackendProvider {
  private static final String POLL = "poll-millis";

  /** For {@link java.util.ServiceLoader}. */
  public FileBackendProvider() {}

  @Override
  public String name() {
    return "files";
  }

  @Override
  public Set<String> options() {
    return Set.of(POLL);
  }

  @Override
  public Backend connect(RegistryConfig config, BackendContext context) {
    Path root = root(config.endpoints());
    Duration poll = poll(config.option(POLL).orElse("100"));
    return new FileBackend(root, poll, config, context);
  }

  private static Path root(List<String> endpoints) {
    if (endpoints.size() == 1 && Path.of(endpoints.get(0)).isAbsolute()) {
      return Path.of(endpoints.get(0));
    }
    throw new IllegalArgumentException(
        "endpoints: "
            + endpoints
            + " (expected: one absolute directory, such as /var/lib/services)");
  }

  private static Duration poll(String millis) {
    if (millis.matches("[1-9]\\d{0,4}")) {
      return Duration.ofMillis(Integer.parseInt(millis));
    }
    throw new IllegalArgumentException("files." + POLL + ": '" + millis + "' (expected: 1..99999)");
  }
}
