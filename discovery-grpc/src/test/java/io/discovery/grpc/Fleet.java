package io.discovery.grpc;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Instances of the service {@code orders} on one stage, and who gets how many of the calls. */
final class Fleet {
  final Stage stage;
  final Registry registry;

  Fleet(Stage stage) {
    this.stage = stage;
    this.registry = stage.registry();
  }

  Registration serve(Greeter greeter, UnaryOperator<ServiceInstance> change) {
    return stage.register(
        registry, change.apply(ServiceInstance.of("orders", "127.0.0.1", greeter.port())));
  }

  Registration serve(Greeter greeter, int weight) {
    return serve(greeter, instance -> instance.withWeight(weight));
  }

  /** Starts a server of this name, whose instance has one entry of metadata. */
  Greeter serve(String name, String key, String value) {
    Greeter greeter = stage.greeter(name);
    serve(greeter, instance -> instance.withMetadata(key, value));
    return greeter;
  }

  static void weigh(Registration registration, int weight) {
    registration.update(instance -> instance.withWeight(weight)).join();
  }

  ManagedChannelBuilder<?> builder(String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
        .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry);
  }

  /** Returns a channel whose target has this query beside the policy. */
  ManagedChannel channel(String query) {
    return stage.build(builder("discovery:///orders?lb=discovery" + query));
  }

  /** Returns a channel with a service config that its owner has set. */
  ManagedChannel configured(Map<String, ?> serviceConfig) {
    return stage.build(builder("discovery:///orders").defaultServiceConfig(serviceConfig));
  }

  static CallOptions routed(Routing routing) {
    return CallOptions.DEFAULT.withOption(Routing.KEY, routing);
  }

  /** Returns how many of a hundred calls each server answers. */
  static Map<String, Double> shares(ManagedChannel channel) {
    Map<String, Double> shares = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      shares.merge(Greeter.call(channel), 0.5, Double::sum);
    }
    return shares;
  }

  /** Waits until each server answers so many of a hundred calls, give or take three. */
  static void awaitShares(ManagedChannel channel, Map<String, Double> expected) {
    Map<String, Double> last = new HashMap<>();
    Await.until(
        () -> "shares of " + expected + ", last " + last,
        Stage.SOON,
        () -> {
          last.clear();
          last.putAll(shares(channel));
          return last.keySet().equals(expected.keySet())
              && expected.entrySet().stream()
                  .allMatch(share -> Math.abs(share.getValue() - last.get(share.getKey())) <= 3);
        });
  }
}
