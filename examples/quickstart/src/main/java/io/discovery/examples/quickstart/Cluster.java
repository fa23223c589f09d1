package io.discovery.examples.quickstart;

import io.discovery.RegistryConfig;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.ServerProcess;
import io.discovery.tck.ZooKeeperServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The registry of a run: a server started for it, which may be killed, or the user's own, which is
 * left in peace. What the user sets by {@code discovery.*} and {@code DISCOVERY_*} goes before what
 * is chosen here.
 */
final class Cluster implements AutoCloseable {
  private static final String PREFIX = "discovery.";
  private static final String NOT_OURS = "discovery.test.";

  private final Map<String, String> settings;
  private final Optional<ServerProcess> server;
  private final Thread onInterrupt = new Thread(this::stop, "cleaning");

  private Cluster(Map<String, String> settings, Optional<ServerProcess> server) {
    this.settings = settings;
    this.server = server;
    Runtime.getRuntime().addShutdownHook(onInterrupt);
  }

  /** Chooses the registry, and starts it unless the user has given endpoints. */
  static Cluster open() {
    RegistryConfig given = RegistryConfig.fromEnvironment();
    Map<String, String> settings = new TreeMap<>();
    settings.put("backend", given.backend().orElse("zookeeper"));
    setUnlessGiven(settings, "namespace", "/discovery-quickstart");
    // Short, so that the killed server goes soon; shorter is unsafe on ZooKeeper.
    setUnlessGiven(settings, "ttl", "4s");
    Optional<ServerProcess> server = Optional.empty();
    if (given.endpoints().isEmpty()) {
      server = Optional.of(launch(settings.get("backend")));
      settings.put("endpoints", server.get().endpoint());
    }
    return new Cluster(settings, server);
  }

  private static void setUnlessGiven(Map<String, String> settings, String key, String value) {
    boolean given =
        System.getProperty(PREFIX + key) != null
            || System.getenv("DISCOVERY_" + key.toUpperCase(Locale.ROOT)) != null;
    if (!given) {
      settings.put(key, value);
    }
  }

  private static ServerProcess launch(String backend) {
    return switch (backend) {
      case "zookeeper" -> ZooKeeperServer.launch();
      case "etcd" -> EtcdServer.launch();
      default ->
          throw new IllegalArgumentException(
              "discovery.backend: '"
                  + backend
                  + "' (expected: zookeeper or etcd; for another one also -Ddiscovery.endpoints)");
    };
  }

  /** Returns the server that may be killed, if there is one. */
  Optional<ServerProcess> server() {
    return server;
  }

  RegistryConfig config() {
    RegistryConfig config = RegistryConfig.fromEnvironment();
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      config = config.with(setting.getKey(), setting.getValue());
    }
    return config;
  }

  /** Returns the same configuration as arguments of a JVM. */
  List<String> arguments() {
    Map<String, String> all = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(PREFIX) && !name.startsWith(NOT_OURS)) {
        all.put(name, System.getProperty(name));
      }
    }
    settings.forEach((key, value) -> all.put(PREFIX + key, value));
    List<String> arguments = new ArrayList<>();
    all.forEach((name, value) -> arguments.add("-D" + name + "=" + value));
    return arguments;
  }

  @Override
  public String toString() {
    RegistryConfig config = config();
    String where =
        config.endpoints().isEmpty() ? "its usual port" : String.join(",", config.endpoints());
    return config.backend().orElseThrow() + " at " + where;
  }

  private void stop() {
    server.ifPresent(ServerProcess::close);
  }

  @Override
  public void close() {
    stop();
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException e) {
      return; // the JVM ends, and the hook runs
    }
  }
}
