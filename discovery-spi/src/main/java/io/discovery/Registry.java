package io.discovery;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A connection to one registry: the place to publish instances and to follow services. Obtained
 * from {@link Registries}.
 *
 * <p>{@code register} and {@code watch} declare; the engine makes it true and keeps it true until
 * the handle or this registry is closed. One registry uses one connection (rule 5.5) and serves a
 * whole process.
 *
 * <p><b>Threading.</b> Every method may be called from any thread, listeners included.
 * <b>Errors.</b> Bad input fails with {@link IllegalArgumentException} before any I/O; every call
 * on a closed registry except {@code close} fails with {@link IllegalStateException}.
 * <b>Lifecycle.</b> {@link #close} deregisters and releases everything; threads are daemons. {@code
 * toString} is a short label for messages, the stem of the names of this registry's threads.
 */
public interface Registry extends AutoCloseable {
  /**
   * Registers with the registry's default time to live, see {@link #register(ServiceInstance,
   * Duration)}.
   */
  Registration register(ServiceInstance instance);

  /**
   * Declares that {@code instance} is alive until the registration is closed. Never waits for the
   * network.
   *
   * @param ttl how long the record may outlive a dead process; the store may grant another, see
   *     {@link Registration#ttl}
   * @throws IllegalArgumentException if a field or the encoded record is out of bounds (rule 1.3)
   * @throws IllegalStateException if this service and id are registered here already (rule 2.4), or
   *     the registry is closed
   */
  Registration register(ServiceInstance instance, Duration ttl);

  /** Watches for those who pull with {@link Watcher#next} or poll {@link Watcher#current}. */
  default Watcher watch(String service) {
    return watch(service, snapshot -> {});
  }

  /**
   * Follows a service. Never waits for the network. The first callback is the complete current set,
   * even when empty, as soon as it is known (rule 3.1).
   *
   * @throws IllegalArgumentException if {@code service} is no valid name (rule 1.2)
   */
  Watcher watch(String service, Watcher.Listener listener);

  /**
   * Follows the settings of a service: named texts that its operators keep in the store beside its
   * instances, such as the service config of its gRPC clients. Never waits for the network. The
   * listener gets the complete set by name, unmodifiable, as soon as it is known, even when empty,
   * and then each one that differs; it is called as a {@link Watcher.Listener} is. A fault changes
   * nothing: the last known settings stand (rule 4.4).
   *
   * @throws IllegalArgumentException if {@code service} is no valid name (rule 1.2)
   */
  SettingsWatcher watchSettings(String service, Consumer<Map<String, String>> listener);

  /**
   * Reads the complete set of a service, fresh from the store (rule 4.1). Its {@code sequence} is
   * 0.
   *
   * @throws DiscoveryException if the store cannot answer within {@code timeout}, or the thread is
   *     interrupted; its interrupt status is then preserved
   */
  Snapshot list(String service, Duration timeout);

  /**
   * Reads the names of all services that have an instance, sorted.
   *
   * @throws DiscoveryException as {@link #list}
   */
  Set<String> services(Duration timeout);

  /** Returns what this registry has counted since it was opened. Never blocks. */
  RegistryStats stats();

  /**
   * Deregisters everything and releases connections, sessions, leases and threads, within five
   * seconds also in an outage (rule 5.1). Idempotent; a concurrent second call waits for the first.
   * No callback begins after it returns.
   */
  @Override
  void close();
}
