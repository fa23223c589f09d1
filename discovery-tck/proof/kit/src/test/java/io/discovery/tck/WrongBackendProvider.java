package io.discovery.tck;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import java.util.Set;

/** The in-memory backend with one {@link Fault}: that of the {@link Subject} its endpoint names. */
public class WrongBackendProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public WrongBackendProvider() {}

  @Override
  public String name() {
    return "wrong";
  }

  @Override
  public Set<String> options() {
    return Set.of("link");
  }

  @Override
  public final Backend connect(RegistryConfig config, BackendContext context) {
    String endpoint = config.endpoints().get(0);
    MemoryStore store = MemoryStore.named(endpoint);
    MemoryLink link = store.link(config.option("link").orElse("direct"));
    Subject subject = Subject.named(endpoint.replaceAll("\\..*", ""));
    return subject.fault().in(new Wiring(store, link, config, context));
  }

  /** Declares an option that it knows nothing of. */
  public static final class Careless extends WrongBackendProvider {
    /** For {@link java.util.ServiceLoader}. */
    public Careless() {}

    @Override
    public String name() {
      return "careless";
    }

    @Override
    public Set<String> options() {
      return Set.of("link", "no-such-option");
    }
  }
}
