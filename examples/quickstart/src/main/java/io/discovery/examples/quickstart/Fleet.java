package io.discovery.examples.quickstart;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.grpc.DiscoveryNameResolverProvider;
import io.discovery.grpc.RegisteredServer;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.logging.LogManager;

/**
 * The stage of {@link Canary}, {@link Zones} and {@link RollingRestart}: a real registry, real
 * servers in this process, real channels. Closed in reverse order.
 */
final class Fleet implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(15);

  private final Deque<Runnable> ends = new ArrayDeque<>();
  private final Registry registry;

  private Fleet(Cluster cluster) {
    ends.push(cluster::close);
    this.registry = Registries.open(cluster.config());
    ends.push(registry::close);
  }

  static Fleet open() {
    LogManager.getLogManager().reset(); // what is printed is the example's own
    return new Fleet(Cluster.open());
  }

  /** Starts a server that answers with its name, and registers it. */
  RegisteredServer serve(String name, UnaryOperator<ServiceInstance> details) {
    RegisteredServer server =
        RegisteredServer.builder(
                registry,
                Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .addService(Greeter.service(caller -> name)))
            .advertise("127.0.0.1")
            .service(Greeter.NAME, details)
            .quietPeriod(Duration.ofMillis(500))
            .drainByWeight()
            .register();
    ends.push(server::close);
    server.awaitRegistered(SOON);
    return server;
  }

  /** Returns a channel to {@code discovery:///greeter} with these parameters. */
  ManagedChannel dial(String parameters) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                "discovery:///" + Greeter.NAME + "?" + parameters,
                InsecureChannelCredentials.create())
            .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry)
            .build();
    ends.push(channel::shutdownNow);
    return channel;
  }

  /** Makes calls, and returns how many each server has answered. */
  static Map<String, Integer> call(ManagedChannel channel, int calls) {
    Map<String, Integer> answers = new TreeMap<>();
    for (int i = 0; i < calls; i++) {
      answers.merge(greet(channel), 1, Integer::sum);
    }
    return answers;
  }

  static String greet(ManagedChannel channel) {
    return ClientCalls.blockingUnaryCall(
        channel, Greeter.GREET, CallOptions.DEFAULT.withWaitForReady(), "you");
  }

  @Override
  public void close() {
    while (!ends.isEmpty()) {
      ends.pop().run();
    }
  }
}
