package io.discovery;

import io.discovery.spi.BackendProvider;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The backends on the class path or module path, and the rules by which one is chosen (rules 6.1 to
 * 6.3, 7.1). Immutable.
 */
final class Backends {
  private static final String REMEDY =
      "add io.discovery:discovery-etcd or io.discovery:discovery-zookeeper to the class path, or another jar with a BackendProvider";
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  private final List<BackendProvider> found;
  private final List<Throwable> broken;

  private Backends(List<BackendProvider> found, List<Throwable> broken) {
    this.found = found;
    this.broken = broken;
  }

  static Backends of(BackendProvider provider) {
    return new Backends(List.of(provider), List.of());
  }

  /**
   * Looks with the thread's class loader, and with our own for frameworks that set one which does
   * not see us.
   */
  static Backends find() {
    List<BackendProvider> found = new ArrayList<>();
    List<Throwable> broken = new ArrayList<>();
    collect(ServiceLoader.load(BackendProvider.class), found, broken);
    if (found.isEmpty() && broken.isEmpty()) {
      collect(
          ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()),
          found,
          broken);
    }
    return new Backends(found, broken);
  }

  private static void collect(
      ServiceLoader<BackendProvider> loader, List<BackendProvider> found, List<Throwable> broken) {
    Iterator<BackendProvider> providers = loader.iterator();
    // A loader that fails for ever on the same entry must not hang us.
    while (broken.size() < 100) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        found.add(providers.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        broken.add(e); // one that cannot be loaded does not break the others (rule 6.3)
      }
    }
  }

  /**
   * Returns the backend this configuration means, or fails saying what was found and what to do.
   */
  BackendProvider choose(RegistryConfig config) {
    RegistryConfig outside =
        config.backend().isPresent() ? config : RegistryConfig.fromEnvironment();
    Optional<String> name = outside.backend();
    if (name.isPresent()) {
      return named(name.get());
    }
    if (found.isEmpty()) {
      throw failure(
          broken.isEmpty()
              ? "no backend found: " + REMEDY
              : "no backend could be loaded: mend or remove the jar of " + causes());
    }
    if (found.size() > 1) {
      throw failure(
          "several backends found: "
              + describe()
              + "; choose one with -Ddiscovery.backend=NAME, DISCOVERY_BACKEND or RegistryConfig.withBackend");
    }
    return found.get(0);
  }

  private BackendProvider named(String name) {
    List<BackendProvider> matching =
        found.stream().filter(provider -> provider.name().equals(name)).toList();
    if (matching.size() > 1) {
      throw failure(
          "two backends are named '" + name + "': " + describe() + "; remove one of the jars");
    }
    if (matching.isEmpty()) {
      String failed = broken.isEmpty() ? "" : "; could not be loaded: " + causes();
      throw failure(
          "no backend named '" + name + "'; found: " + describe() + failed + "; " + REMEDY);
    }
    return matching.get(0);
  }

  /**
   * Refuses options the chosen backend does not know if they come from code; warns once if from
   * outside (rule 7.1).
   */
  void checkOptions(RegistryConfig config, BackendProvider chosen) {
    Set<String> known = new TreeSet<>();
    chosen.options().forEach(option -> known.add(chosen.name() + "." + option));
    for (Map.Entry<String, RegistryConfig.Extra> extra : config.extras().entrySet()) {
      String key = extra.getKey();
      boolean ofAnother =
          found.stream().anyMatch(other -> other != chosen && key.startsWith(other.name() + "."));
      if (known.contains(key) || ofAnother) {
        continue;
      }
      String message = ConfigSources.unknown(key, extra.getValue().origin(), known);
      if (extra.getValue().fromCode()) {
        throw new IllegalArgumentException(message);
      }
      if (WARNED.add(key)) {
        Engine.LOG.log(Level.WARNING, message);
      }
    }
  }

  private String describe() {
    return found.isEmpty()
        ? "none"
        : found.stream()
            .map(provider -> provider.name() + " (" + provider.getClass().getName() + ")")
            .sorted()
            .toList()
            .toString();
  }

  private String causes() {
    return broken.stream().map(Throwable::getMessage).toList().toString();
  }

  private IllegalStateException failure(String message) {
    IllegalStateException failure = new IllegalStateException(message);
    broken.forEach(failure::addSuppressed);
    return failure;
  }
}
