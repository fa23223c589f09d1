package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.Objects;

/**
 * What a server answers to health checks ({@code grpc.health.v1.Health}), tied to its registration:
 * SERVING just before it is registered, NOT_SERVING as the first step of leaving.
 *
 * <pre>{@code
 * RegisteredServer.builder(registry, serverBuilder)
 *     .service("orders")
 *     .health(ServerHealth.create())
 *     .register();
 * }</pre>
 *
 * <p>Told are the states of the server as a whole (the empty name), of each of its gRPC services,
 * and of the names under which it is registered, so that a client may ask by the name it dials. A
 * client's open watch of health is a call under way like any other: one that does not go by the
 * registry, and so stays, keeps a leaving server up for its drain timeout.
 *
 * <p>Needs {@code io.grpc:grpc-services}, an optional dependency; no other class does. Safe for any
 * thread. For one server.
 */
public final class ServerHealth {
  private final HealthStatusManager manager;

  private ServerHealth(HealthStatusManager manager) {
    this.manager = manager;
  }

  /**
   * Returns a health of its own, NOT_SERVING until the server is registered.
   *
   * @throws IllegalStateException if grpc-services is not on the class path
   */
  public static ServerHealth create() {
    try {
      ServerHealth health = new ServerHealth(new HealthStatusManager());
      health.manager.setStatus(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
      return health;
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "health: grpc-services is not there (expected: io.grpc:grpc-services on the class path)",
          e);
    }
  }

  /**
   * Returns the health that a manager of one's own keeps, for states that change meanwhile, such as
   * NOT_SERVING while a database is away. Those of the names above are set on registering; after
   * leaving has begun nothing changes them any more.
   */
  public static ServerHealth of(HealthStatusManager manager) {
    return new ServerHealth(Objects.requireNonNull(manager, "manager"));
  }

  /**
   * Returns the service to add to the server. {@link RegisteredServer.Builder} adds it by itself to
   * a server that it builds.
   */
  public BindableService service() {
    return manager.getHealthService();
  }

  void serving(Server server, List<ServiceInstance> instances) {
    set(server, instances, ServingStatus.SERVING);
  }

  void notServing(Server server, List<ServiceInstance> instances) {
    set(server, instances, ServingStatus.NOT_SERVING);
  }

  private void set(Server server, List<ServiceInstance> instances, ServingStatus status) {
    manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    for (ServerServiceDefinition each : server.getServices()) {
      manager.setStatus(each.getServiceDescriptor().getName(), status);
    }
    instances.forEach(instance -> manager.setStatus(instance.service(), status));
  }

  /** Everything is NOT_SERVING from now on. */
  void leaving() {
    manager.enterTerminalState();
  }
}
