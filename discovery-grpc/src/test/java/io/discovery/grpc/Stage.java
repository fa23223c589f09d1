package io.discovery.grpc;

import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;

/** What one test sets up: registries, real servers and real channels, closed in reverse order. */
final class Stage implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(10);

  private final RegistryConfig config;
  private final Deque<Runnable> ends = new ArrayDeque<>();

  Stage(RegistryConfig config) {
    this.config = config;
  }

  void atEnd(Runnable end) {
    ends.push(end);
  }

  Registry registry() {
    Registry registry = Registries.open(config);
    ends.push(registry::close);
    return registry;
  }

  Greeter greeter(String name) {
    return greeter(Greeter.start(name));
  }

  Greeter greeter(Greeter greeter) {
    ends.push(greeter::close);
    return greeter;
  }

  /** Starts a server and registers it as an instance of this service. */
  Greeter greeter(String name, Registry registry, String service) {
    Greeter greeter = greeter(name);
    register(registry, service, greeter);
    return greeter;
  }

  Registration register(Registry registry, String service, Greeter greeter) {
    return register(registry, ServiceInstance.of(service, "127.0.0.1", greeter.port()));
  }

  Registration register(Registry registry, ServiceInstance instance) {
    Registration registration = registry.register(instance);
    ends.push(registration::close);
    registration.awaitRegistered(SOON);
    return registration;
  }

  /** Returns a channel that uses this registry. */
  ManagedChannel channel(Registry registry, String service, String policy) {
    return build(
        Grpc.newChannelBuilder("discovery:///" + service, InsecureChannelCredentials.create())
            .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry)
            .defaultLoadBalancingPolicy(policy));
  }

  /** Returns a channel that knows no other provider. */
  ManagedChannel channel(String target, DiscoveryNameResolverProvider provider) {
    NameResolverRegistry resolvers = new NameResolverRegistry();
    resolvers.register(provider);
    return build(Grpc.newChannelBuilder(target, InsecureChannelCredentials.create(), resolvers));
  }

  ManagedChannel build(ManagedChannelBuilder<?> builder) {
    ManagedChannel channel = builder.build();
    ends.push(channel::shutdownNow);
    return channel;
  }

  /** Returns a provider that shares with no other one. */
  static DiscoveryNameResolverProvider provider(Duration linger, Registry... registry) {
    return new DiscoveryNameResolverProvider(
        new Sharing(linger, InetAddress::getAllByName),
        Stream.of(registry).findFirst(),
        Addressing.HOST_AND_PORT);
  }

  @Override
  public void close() {
    while (!ends.isEmpty()) {
      ends.pop().run();
    }
  }
}
