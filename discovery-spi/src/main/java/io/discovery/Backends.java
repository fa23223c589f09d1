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
      found.forEach(provider -> checkUnique(provider.name())); // else no choice would help
      throw failure(
          "several backends found: "
              + describe()
              + "; choose one with -Ddiscovery.backend=NAME, DISCOVERY_BACKEND or RegistryConfig.withBackend");
    }
    if (!broken.isEmpty()) {
      Engine.LOG.log(
          Level.WARNING,
          "backend {0} is used; could not be loaded: {1}",
          found.get(0).name(),
          causes());
    }
    return found.get(0);
  }

  private BackendProvider named(String name) {
    List<BackendProvider> matching = checkUnique(name);
    if (matching.isEmpty()) {
      String remedy =
          broken.isEmpty()
              ? REMEDY
              : "could not be loaded: " + causes() + "; mend that if it is the one, or " + REMEDY;
      throw failure("no backend named '" + name + "'; found: " + describe() + "; " + remedy);
    }
    return matching.get(0);
  }

  private List<BackendProvider> checkUnique(String name) {
    List<BackendProvider> matching =
        found.stream().filter(provider -> provider.name().equals(name)).toList();
    if (matching.size() > 1) {
      throw failure(
          "two backends are named '" + name + "': " + describe() + "; remove one of the jars");
    }
    return matching;
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
      // One configuration may serve several backends, so what another knows is fine.
      if (known.contains(key) || found.stream().anyMatch(other -> knows(other, key))) {
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

  private static boolean knows(BackendProvider provider, String key) {
    return provider.options().stream().anyMatch(key.substring(key.indexOf('.') + 1)::equals)
        && key.startsWith(provider.name() + ".");
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
    return broken.stream().map(Backends::describe).toList().toString();
  }

  /** The service loader says which class; what was wrong with it stands in the cause. */
  private static String describe(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == failure ? failure.getMessage() : failure.getMessage() + " because of " + root;
  }

  private IllegalStateException failure(String message) {
    IllegalStateException failure = new IllegalStateException(message);
    broken.stream().findFirst().ifPresent(failure::initCause);
    broken.stream().skip(1).forEach(failure::addSuppressed);
    return failure;
  }
}
