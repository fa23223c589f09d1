package io.discovery;

import io.discovery.spi.BackendProvider;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens registries. What {@code open} returns is the caller's to close.
 *
 * <p>The backend is, in this order: the one named in code, {@code -Ddiscovery.backend}, {@code
 * DISCOVERY_BACKEND}, or the only one on the class path; never one of several by chance (rules 6.1,
 * 6.2). Opening waits for no network: a registry that is down shows in registrations and watchers,
 * not here.
 */
public final class Registries {
  private static final AtomicInteger OPENED = new AtomicInteger();

  private Registries() {}

  /**
   * Opens the registry that system properties, environment and class path determine.
   *
   * @throws IllegalStateException if there is no backend, or no single one; the message lists what
   *     was found and says what to do
   * @throws IllegalArgumentException if a value has a bad form or an option is unknown
   */
  public static Registry open() {
    return open(RegistryConfig.fromEnvironment());
  }

  /** Opens a registry with this configuration; throws as {@link #open()}. */
  public static Registry open(RegistryConfig config) {
    Backends backends = Backends.find();
    BackendProvider provider = backends.choose(config);
    backends.checkOptions(config, provider);
    return start(provider, config);
  }

  /** Opens a registry with the backend of this name; throws as {@link #open()}. */
  public static Registry open(String backend, RegistryConfig config) {
    return open(config.withBackend(backend));
  }

  /**
   * Opens a registry with this very provider, whatever is on the class path: for providers made in
   * code, such as one around an existing client.
   *
   * @throws IllegalArgumentException if an option is unknown or has a bad form
   */
  public static Registry open(BackendProvider provider, RegistryConfig config) {
    Backends.of(provider).checkOptions(config, provider);
    return start(provider, config);
  }

  private static Registry start(BackendProvider provider, RegistryConfig config) {
    RegistryConfig complete = config.withBackend(provider.name());
    if (complete.format().isEmpty()) {
      complete = complete.withFormat(provider.format());
    }
    String label = "discovery-" + provider.name() + "-" + OPENED.incrementAndGet();
    SystemEventLoop loop = new SystemEventLoop(label);
    ListenerPool listeners = new ListenerPool(label, loop);
    Runnable releaseThreads =
        () -> {
          listeners.shutdown();
          loop.shutdown();
        };
    try {
      Engine engine =
          new Engine(
              label,
              complete,
              loop,
              listeners,
              new SplittableRandom(),
              InstantSource.system(),
              Waiting.BLOCKING);
      return new RegistryEngine(engine, provider, releaseThreads);
    } catch (LinkageError e) {
      releaseThreads.run();
      throw new IllegalStateException(
          "backend '"
              + provider.name()
              + "' lacks a library: "
              + e
              + " (expected: what its jar depends on, on the same path; Maven or Gradle see to that)",
          e);
    } catch (RuntimeException | Error e) {
      releaseThreads.run();
      throw e;
    }
  }
}
