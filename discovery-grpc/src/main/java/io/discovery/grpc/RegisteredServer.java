package io.discovery.grpc;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.grpc.Server;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A running gRPC server that clients find: registered under one or more services, and taken down in
 * the order that loses no call.
 *
 * <pre>{@code
 * Server server = Grpc.newServerBuilderForPort(0, credentials).addService(orders).build().start();
 * try (RegisteredServer registered = RegisteredServer.builder(registry, server).service("orders").register()) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Safe for any thread. {@link #close} shuts the server down and leaves the registry open.
 */
public final class RegisteredServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  /** Cancelled calls end at once; this is for their last writes. */
  private static final Duration AFTER_CANCEL = Duration.ofSeconds(1);

  private final Server server;
  private final List<Registration> registrations;
  private final Runnable beforeLeaving;
  private final Duration quietPeriod;
  private final Duration drainTimeout;
  private boolean closed; // guarded by this

  private RegisteredServer(Builder builder, List<Registration> registrations) {
    this.server = builder.server;
    this.registrations = List.copyOf(registrations);
    this.beforeLeaving = builder.beforeLeaving;
    this.quietPeriod = builder.quietPeriod;
    this.drainTimeout = builder.drainTimeout;
  }

  /**
   * Begins to describe a server.
   *
   * @param registry where to register; stays yours to close, after the server
   * @param server a server that has been started
   */
  public static Builder builder(Registry registry, Server server) {
    return new Builder(registry, server);
  }

  /**
   * Returns the registrations in the order of the services, for waiting, state and updates. Closing
   * is left to this object.
   */
  public List<Registration> registrations() {
    return registrations;
  }

  /**
   * Waits until all registrations are acknowledged, for those who want to fail loudly at start.
   *
   * @throws io.discovery.DiscoveryException as {@link Registration#awaitRegistered}
   */
  public void awaitRegistered(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (Registration registration : registrations) {
      registration.awaitRegistered(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
  }

  /**
   * Leaves without losing a call: runs the hook, deregisters and waits for the acknowledgement (per
   * service at most for the close timeout of the registry's configuration), serves on for the quiet
   * period while clients hear of it, then takes no new calls, waits for those under way, and
   * cancels what is left after the drain timeout.
   *
   * <p>Blocks meanwhile. An interrupt ends the waiting but not the closing, and is preserved. A
   * second call waits for the first.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      beforeLeaving.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "the hook before leaving failed; leaving all the same", e);
    }
    registrations.forEach(Registration::close);
    try {
      // Ends early if somebody else takes the server down.
      server.awaitTermination(quietPeriod.toNanos(), TimeUnit.NANOSECONDS);
      server.shutdown();
      if (!server.awaitTermination(drainTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.log(Level.WARNING, "cancelling the calls still under way after {0}", drainTimeout);
        server.shutdownNow();
        server.awaitTermination(AFTER_CANCEL.toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Describes a server to register. For one thread and one {@link #register}. */
  public static final class Builder {
    private final Registry registry;
    private final Server server;
    private final List<Function<AdvertisedAddress, ServiceInstance>> services = new ArrayList<>();
    private Optional<String> host = Optional.empty();
    private Optional<Integer> port = Optional.empty();
    private Optional<Duration> ttl = Optional.empty();
    private Duration quietPeriod = Duration.ofSeconds(1);
    private Duration drainTimeout = Duration.ofSeconds(20);
    private Runnable beforeLeaving = () -> {};

    private Builder(Registry registry, Server server) {
      this.registry = Objects.requireNonNull(registry, "registry");
      this.server = Objects.requireNonNull(server, "server");
    }

    /**
     * Adds a service under which the server is found, with id {@code host:port}, weight 1 and no
     * metadata.
     */
    public Builder service(String name) {
      return service(name, instance -> instance);
    }

    /** Adds a service; {@code details} sets id, weight or metadata. */
    public Builder service(String name, UnaryOperator<ServiceInstance> details) {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(details, "details");
      services.add(
          address -> details.apply(ServiceInstance.of(name, address.host(), address.port())));
      return this;
    }

    /**
     * Sets the host that clients dial: a name or an address, IPv6 without brackets. If none is set
     * it is the address the server listens on, or, if that is all of them, the one this machine
     * uses toward the network. A loopback address is advertised only if set here, a wildcard never.
     */
    public Builder advertise(String host) {
      this.host = Optional.of(host);
      return this;
    }

    /** Sets host and port that clients dial, as for a server behind a port mapping. */
    public Builder advertise(String host, int port) {
      this.port = Optional.of(port);
      return advertise(host);
    }

    /**
     * Sets how long the records may outlive a dead process, see {@link
     * Registry#register(ServiceInstance, Duration)}.
     */
    public Builder ttl(Duration ttl) {
      this.ttl = Optional.of(ttl);
      return this;
    }

    /**
     * Sets what runs first on leaving, such as reporting NOT_SERVING to health checks. Its
     * exceptions are logged.
     */
    public Builder beforeLeaving(Runnable hook) {
      this.beforeLeaving = Objects.requireNonNull(hook, "hook");
      return this;
    }

    /** Sets how long to serve on after deregistering, while clients hear of it; 1 s if not set. */
    public Builder quietPeriod(Duration period) {
      this.quietPeriod = Objects.requireNonNull(period, "period");
      return this;
    }

    /**
     * Sets how long calls under way may take to end; 20 s if not set, so that all is over in
     * Kubernetes' 30 s.
     */
    public Builder drainTimeout(Duration timeout) {
      this.drainTimeout = Objects.requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Registers. Does not wait for the registry: see {@link RegisteredServer#awaitRegistered}.
     *
     * @throws IllegalArgumentException if a name, address or detail is out of bounds
     * @throws IllegalStateException if no service is named, the server has not been started, its
     *     address cannot be told, or one of the instances is registered already; then nothing stays
     *     registered
     */
    public RegisteredServer register() {
      if (services.isEmpty()) {
        throw new IllegalStateException("no service (expected: service(NAME) before register())");
      }
      AdvertisedAddress address =
          AdvertisedAddress.of(listenSockets(), host, port, Network.THIS_MACHINE);
      List<ServiceInstance> instances =
          services.stream().map(service -> service.apply(address)).toList();
      List<Registration> registrations = new ArrayList<>();
      try {
        for (ServiceInstance instance : instances) {
          registrations.add(
              ttl.isPresent()
                  ? registry.register(instance, ttl.get())
                  : registry.register(instance));
        }
      } catch (RuntimeException e) {
        registrations.forEach(Registration::close);
        throw e;
      }
      return new RegisteredServer(this, registrations);
    }

    private List<? extends SocketAddress> listenSockets() {
      try {
        return server.getListenSockets();
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            "server: " + e.getMessage() + " (expected: a running one; start() comes first)", e);
      }
    }
  }
}
