package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher;
import java.time.Duration;
import java.util.Optional;

/**
 * A program that uses a registry and simply returns from {@code main}, closing nothing: rule 5.4
 * says that its JVM exits all the same. Settings come from system properties.
 */
final class Guest {
  /** The settings do not suffice to reach the store from another process. */
  static final int CANNOT = 3;

  private Guest() {}

  /** Registers, watches, and leaves. */
  public static void main(String[] args) {
    Registration registration;
    Optional<?> seen;
    try {
      Registry registry = Registries.open(RegistryConfig.fromEnvironment());
      registration = registry.register(ServiceInstance.of("orders", "10.0.0.1", 8080));
      registration.awaitRegistered(Duration.ofSeconds(10));
      Watcher watcher = registry.watch("orders");
      seen = watcher.next(Duration.ofSeconds(10));
    } catch (RuntimeException e) {
      System.out.println(e);
      System.exit(CANNOT);
      return;
    }
    System.out.println(registration.state() + " " + seen.isPresent());
  }
}
