package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The in-memory backend under the kit. */
class MemoryFixture implements Fixture {
  private final MemoryStore store = MemoryStore.named("tck");
  private final AtomicInteger links = new AtomicInteger();

  @Override
  public RegistryConfig config() {
    return store.config();
  }

  @Override
  public Bounds bounds() {
    // Memory could do with less, but not a machine that runs the wrong backends meanwhile.
    return Bounds.usual(Duration.ofSeconds(2), Duration.ofMillis(500));
  }

  @Override
  public Optional<Store> store() {
    return Optional.of(store);
  }

  @Override
  public Optional<Server> server() {
    return Optional.of(store);
  }

  @Override
  public Optional<Link> openLink() {
    return Optional.of(store.link("link-" + links.incrementAndGet()));
  }

  @Override
  public Optional<Expiry> expiry() {
    return Optional.of(store);
  }

  @Override
  public Optional<Census> census() {
    return Optional.of(store.census());
  }
}
