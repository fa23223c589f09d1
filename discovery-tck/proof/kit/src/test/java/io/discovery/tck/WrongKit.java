package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The kit on a {@link Subject}, with a store of its own for each run. Not run by itself, but by
 * {@link KitRun}, whose configuration parameter says what is wrong.
 */
@ExtendWith(WrongKit.Given.class)
class WrongKit extends DiscoveryTck {
  static final String SUBJECT = "subject";
  private static final AtomicInteger STORES = new AtomicInteger();

  private final Subject subject;

  WrongKit(Subject subject) {
    this.subject = subject;
  }

  /** Of many runs that shall fail nobody wants to read. */
  @Override
  protected Optional<Path> report() {
    return Optional.empty();
  }

  /** Each run is of one test, which shall be the first to meet what is wrong. */
  @Override
  void warmUp() {}

  @Override
  protected Fixture createFixture() {
    MemoryStore store = MemoryStore.named(subject.name() + "." + STORES.incrementAndGet());
    AtomicInteger links = new AtomicInteger();
    String option = subject.provider() + ".link";
    RegistryConfig config =
        store
            .config()
            .withBackend(subject.provider())
            .with(option, "direct")
            // In memory nothing else ends a read that went into a black hole.
            .with("list-timeout", "4s");
    return new Fixture() {
      @Override
      public RegistryConfig config() {
        return config;
      }

      @Override
      public Bounds bounds() {
        // Longer than memory needs: many runs share the machine, and a subject that writes nothing
        // in a fault begins up to two seconds after it (rule 3.18).
        return new Bounds(
            Duration.ofSeconds(3),
            Duration.ofSeconds(1),
            Duration.ofSeconds(8),
            Duration.ofSeconds(8));
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
        return Optional.of(new Renamed(store.link(name), config.with(option, name)));
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

  /** Hands over the subject of this run. */
  static final class Given implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Subject.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return Subject.named(context.getConfigurationParameter(SUBJECT).orElseThrow());
    }
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
    public long connections() {
      return link.connections();
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
