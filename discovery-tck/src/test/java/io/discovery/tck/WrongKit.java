package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The kit on a {@link WrongBackend}; not run by itself, but by {@link WrongBackendsTest}. */
class WrongKit extends DiscoveryTck {
  static volatile Wrong what;

  @Override
  protected Fixture createFixture() {
    MemoryStore store = MemoryStore.named("wrong-" + what);
    AtomicInteger links = new AtomicInteger();
    RegistryConfig config = store.config().withBackend("wrong").with("wrong.what", what.name());
    return new Fixture() {
      @Override
      public RegistryConfig config() {
        return config;
      }

      @Override
      public Bounds bounds() {
        return new Bounds(
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(3));
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
        String name = "link-" + links.incrementAndGet();
        return Optional.of(new Renamed(store.link(name), config.with("wrong.link", name)));
      }

      @Override
      public Optional<Expiry> expiry() {
        return Optional.of(store);
      }

      @Override
      public Optional<Census> census() {
        return Optional.of(store.census());
      }
    };
  }

  /** A link under another configuration. */
  private record Renamed(Link link, RegistryConfig config) implements Link {
    @Override
    public void cut() {
      link.cut();
    }

    @Override
    public void finish() {
      link.finish();
    }

    @Override
    public void refuse() {
      link.refuse();
    }

    @Override
    public void blackHole() {
      link.blackHole();
    }

    @Override
    public void loseAnswers() {
      link.loseAnswers();
    }

    @Override
    public void restore() {
      link.restore();
    }

    @Override
    public void close() {
      link.close();
    }
  }
}
