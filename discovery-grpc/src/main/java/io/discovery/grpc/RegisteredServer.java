package io.discovery.grpc;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A running gRPC server that clients find: registered under one or more services, and taken down in
 * the order that loses no call.
 *
 * <pre>{@code
 * ServerBuilder<?> builder = Grpc.newServerBuilderForPort(8080, credentials).addService(orders);
 * RegisteredServer server =
 *     RegisteredServer.builder(registry, builder)
 *         .service("orders", instance -> instance.withMetadata("zone", "a"))
 *         .health(ServerHealth.create())
 *         .shutdownHook()
 *         .register(); // builds, starts, registers
 * server.server().awaitTermination();
 * }</pre>
 *
 * <p>Safe for any thread. {@link #close} shuts the server down and leaves the registry open. A
 * server that is shut down in another way is closed by itself when its last call has ended; its
 * clients are refused until then.
 */
public final class RegisteredServer implements AutoCloseable {
  private final Server server;
  private final Registrations registrations;
  private final Departure departure;
  private final ShutdownHook shutdownHook;
  private final ServerEnd end;
  private volatile boolean leaving; // written under this

  private RegisteredServer(
      Server server,
      Registrations registrations,
      Departure departure,
      ShutdownHook shutdownHook,
      ServerEnd end) {
    this.server = server;
    this.registrations = registrations;
    this.departure = departure;
    this.shutdownHook = shutdownHook;
    this.end = end;
  }

  /**
   * Begins to describe a server that runs already.
   *
   * @param registry where to register; stays yours to close, after the server
   * @param server a server that has been started
   */
  public static Builder builder(Registry registry, Server server) {
    return new Builder(
        registry, new ServerSource.Running(Objects.requireNonNull(server, "server")));
  }

  /**
   * Begins to describe a server that {@link Builder#register} builds, starts and registers.
   *
   * @param registry where to register; stays yours to close, after the server
   * @param server of any transport, with its services
   */
  public static Builder builder(Registry registry, ServerBuilder<?> server) {
    return new Builder(
        registry, new ServerSource.Unbuilt(Objects.requireNonNull(server, "server")));
  }

  /** Returns the server, to ask for its port and to await its end. */
  public Server server() {
    return server;
  }

  /**
   * Returns the registrations in the order of the services, for waiting, state and updates. Closing
   * is left to this object.
   */
  public List<Registration> registrations() {
    return registrations.all();
  }

  /**
   * Waits until all registrations are acknowledged, for those who want to fail loudly at start.
   *
   * @throws io.discovery.DiscoveryException as {@link Registration#awaitRegistered}
   */
  public void awaitRegistered(Duration timeout) {
    registrations.await(timeout);
  }

  /**
   * Changes what is published of this server, for all of its services, as {@link
   * Registration#update} does for one: in place, never waiting for the network.
   *
   * @param change computes the next instance from the present one of a service; may run more than
   *     once. Service and id must stay
   * @return completes when the store has acknowledged it for all; fails if one of them is
   *     superseded or closed before, which keeps no other from the change
   * @throws IllegalArgumentException if a result is out of bounds or has another service or id;
   *     nothing has changed then, unless it is the encoded record of a later service that is too
   *     big
   * @throws IllegalStateException if the server is leaving or has left
   */
  public CompletableFuture<Void> update(UnaryOperator<ServiceInstance> change) {
    return registrations.update(
        instance -> {
          // Here, since an update that is late must not take back the weight 0 of leaving.
          if (leaving) {
            throw new IllegalStateException(this + " (expected: updates before close())");
          }
          return change.apply(instance);
        });
  }

  /**
   * Sets the weight, for all services.
   *
   * @param weight share of the traffic relative to the other instances, 0 or more; 0 asks for none,
   *     which only balancing policies that know weights obey
   * @return as {@link #update}, which also says what is thrown
   */
  public CompletableFuture<Void> setWeight(int weight) {
    return update(instance -> instance.withWeight(weight));
  }

  /** Adds or replaces one entry of the metadata, for all services, as {@link #update} does. */
  public CompletableFuture<Void> setMetadata(String key, String value) {
    return update(instance -> instance.withMetadata(key, value));
  }

  /**
   * Leaves without losing a call.
   *
   * <ol>
   *   <li>reports NOT_SERVING to health checks, and runs the hook before leaving;
   *   <li>if drained by weight: publishes weight 0, waits up to 2 s for the acknowledgement, and
   *       serves on for the quiet period, unless nobody can have heard;
   *   <li>deregisters all services at a time and waits for the acknowledgement, at most for the
   *       close timeout of the registry's configuration;
   *   <li>serves on for the quiet period, while clients hear of it;
   *   <li>takes no new calls, waits for those under way, and cancels what is left after the drain
   *       timeout.
   * </ol>
   *
   * <p>Blocks meanwhile. An interrupt ends the waiting but not the closing, and is preserved. A
   * second call waits for the first. May be called while the JVM shuts down.
   */
  @Override
  public synchronized void close() {
    if (!leaving) {
      leaving = true;
      departure.leave(server, registrations);
      end.ignore();
      shutdownHook.remove(); // last, so that a JVM that ends meanwhile waits for this to be over
    }
  }

  @Override
  public String toString() {
    String phase = server.isTerminated() ? " has left" : leaving ? " is leaving" : "";
    return "server " + registrations.all() + phase;
  }

  /** Describes a server to register. For one thread and one {@link #register}. */
  public static final class Builder {
    private final Registry registry;
    private final ServerSource source;
    private final List<Function<AdvertisedAddress, ServiceInstance>> services = new ArrayList<>();
    private Optional<String> host = Optional.empty();
    private Optional<Integer> port = Optional.empty();
    private Optional<Duration> ttl = Optional.empty();
    private Optional<ServerHealth> health = Optional.empty();
    private Optional<InstanceHeader> header = Optional.empty();
    private boolean byWeight;
    private boolean untilShutdown;
    private Duration quietPeriod = Duration.ofSeconds(1);
    private Duration drainTimeout = Duration.ofSeconds(20);
    private Runnable beforeLeaving = () -> {};

    private Builder(Registry registry, ServerSource source) {
      this.registry = Objects.requireNonNull(registry, "registry");
      this.source = source;
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
     * Ties health checks to the registration, see {@link ServerHealth}. To a server that runs
     * already its {@link ServerHealth#service service} must have been added.
     */
    public Builder health(ServerHealth health) {
      this.health = Optional.of(health);
      return this;
    }

    /**
     * Makes answers tell which instance they are from. A server that runs already must have been
     * built with this interceptor.
     */
    public Builder instanceHeader(InstanceHeader header) {
      this.header = Optional.of(header);
      return this;
    }

    /**
     * Sets what runs on leaving before clients are told anything by the registry. Its exceptions
     * are logged. It must not end the JVM, which would wait for it.
     */
    public Builder beforeLeaving(Runnable hook) {
      this.beforeLeaving = Objects.requireNonNull(hook, "hook");
      return this;
    }

    /**
     * Leaves in two steps: weight 0 first, which moves the calls of clients that know weights over
     * connections they have already, then deregistration, which moves those of all others. Without
     * this only the second.
     */
    public Builder drainByWeight() {
      this.byWeight = true;
      return this;
    }

    /**
     * Sets how long to serve on after a step of leaving, while clients hear of it; 1 s if not set.
     *
     * @param period 0 or more
     */
    public Builder quietPeriod(Duration period) {
      this.quietPeriod = Departure.notNegative("quietPeriod", period);
      return this;
    }

    /**
     * Sets how long calls under way may take to end; 20 s if not set, so that all is over in
     * Kubernetes' 30 s.
     *
     * @param timeout 0 or more
     */
    public Builder drainTimeout(Duration timeout) {
      this.drainTimeout = Departure.notNegative("drainTimeout", timeout);
      return this;
    }

    /**
     * Makes the JVM close the server when it ends in good order, as on SIGTERM; what {@code kill
     * -9} ends goes with its time to live. Closing the server before takes that back. The JVM runs
     * its hooks side by side: whatever the server needs, its registry too, must not be closed by
     * another.
     */
    public Builder shutdownHook() {
      this.untilShutdown = true;
      return this;
    }

    /**
     * Registers, after having built and started the server if it does not run yet. Does not wait
     * for the registry: see {@link RegisteredServer#awaitRegistered}.
     *
     * <p>If this fails nothing stays registered, and a server that was started here is shut down.
     *
     * @throws java.io.UncheckedIOException if the server does not start, such as on a port in use
     * @throws IllegalArgumentException if a name, address or detail is out of bounds
     * @throws IllegalStateException if no service is named, a running server was promised and is
     *     not, its address cannot be told, one of the instances is registered already, or the JVM
     *     is shutting down
     */
    public RegisteredServer register() {
      if (services.isEmpty()) {
        throw new IllegalStateException("no service (expected: service(NAME) before register())");
      }
      Server server = source.start(health, header);
      try {
        return register(server);
      } catch (RuntimeException | Error e) {
        source.giveUp(server);
        throw e;
      }
    }

    private RegisteredServer register(Server server) {
      AdvertisedAddress address =
          AdvertisedAddress.of(server.getListenSockets(), host, port, Network.THIS_MACHINE);
      List<ServiceInstance> instances =
          services.stream().map(service -> service.apply(address)).toList();
      CompletableFuture<RegisteredServer> registered = new CompletableFuture<>();
      // Before anything is registered: a JVM that ends meanwhile waits, and leaves no record.
      ShutdownHook hook = untilShutdown ? ShutdownHook.closing(registered) : ShutdownHook.NONE;
      try {
        ServerEnd end = ServerEnd.closing(server, registered);
        // Before anybody hears of the server, so that who comes is not sent away.
        header.ifPresent(present -> present.tell(instances));
        health.ifPresent(present -> present.serving(server, instances));
        registered.complete(
            new RegisteredServer(
                server,
                Registrations.of(registry, instances, ttl),
                new Departure(health, beforeLeaving, byWeight, quietPeriod, drainTimeout),
                hook,
                end));
        return registered.join();
      } catch (RuntimeException | Error e) {
        hook.remove();
        health.ifPresent(present -> present.notServing(server, instances));
        throw e;
      } finally {
        registered.cancel(false); // if there is none, nobody need wait for it
      }
    }
  }
}
