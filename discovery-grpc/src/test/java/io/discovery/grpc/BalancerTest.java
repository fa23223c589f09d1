package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.Registration;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What calls experience under the policy {@code discovery}, with real channels and servers. */
final class BalancerTest {
  private final MemoryStore store = MemoryStore.named("balancer-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Fleet fleet = new Fleet(stage);

  @Test
  void weightZeroDrainsAndIfAllDrainCallsFailAndSayWhy() {
    Greeter a = stage.greeter("a");
    Greeter b = stage.greeter("b");
    Registration ofA = fleet.serve(a, 1);
    Registration ofB = fleet.serve(b, 1);
    ManagedChannel channel = fleet.channel("");
    Fleet.awaitShares(channel, Map.of("a", 50.0, "b", 50.0));
    Fleet.weigh(ofA, 0);
    Fleet.awaitShares(channel, Map.of("b", 100.0));
    Fleet.weigh(ofB, 0);
    Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
    int calls = a.calls() + b.calls();
    assertEquals(
        "all 2 instances of orders drain (weight 0)",
        Greeter.unavailable(channel).getDescription());
    assertEquals(calls, a.calls() + b.calls());
    Fleet.weigh(ofA, 5);
    Await.until("calls succeed", Stage.SOON, () -> Greeter.answers(channel));
    assertEquals(List.of(1, 1), List.of(a.connections(), b.connections()));
  }

  @Test
  void aZoneTooSmallSpillsOver() {
    fleet.serve("a1", "zone", "a");
    fleet.serve("b1", "zone", "b");
    fleet.serve("b2", "zone", "b");
    fleet.serve("b3", "zone", "b");
    // A quarter of the weight where half would be fair.
    Fleet.awaitShares(
        fleet.channel("&zone=a&zone-minimum=100"),
        Map.of("a1", 50.0, "b1", 50 / 3.0, "b2", 50 / 3.0, "b3", 50 / 3.0));
    Fleet.awaitShares(fleet.channel("&zone=a&zone-minimum=50"), Map.of("a1", 100.0));
    Fleet.awaitShares(
        fleet.channel("&zone=c"), Map.of("a1", 25.0, "b1", 25.0, "b2", 25.0, "b3", 25.0));
  }

  @Test
  void drainingByWeightEndsTheCallsWhileTheServerIsStillRegistered() throws Exception {
    Greeter b = stage.greeter("b");
    fleet.serve(b, 1);
    RegisteredServer a =
        RegisteredServer.builder(
                fleet.registry, Greeter.builder("127.0.0.1").addService(Greeter.service(() -> "a")))
            .advertise("127.0.0.1")
            .service("orders")
            .drainByWeight()
            .quietPeriod(Stage.SOON)
            .register();
    stage.atEnd(() -> a.server().shutdownNow());
    try (Traffic traffic = new Traffic(fleet.channel(""))) {
      traffic.awaitMoreFrom("a", "b");
      Thread leaving = new Thread(a::close, "leaving");
      leaving.start();
      Await.until(
          "no more calls of a",
          Stage.SOON,
          () -> {
            int before = traffic.answers("a");
            traffic.awaitMore();
            return traffic.answers("a") == before;
          });
      Snapshot listed = fleet.registry.list("orders", Stage.SOON);
      assertEquals(
          List.of(0, 1),
          listed.instances().stream().map(ServiceInstance::weight).sorted().toList());
      a.server().shutdown(); // enough: ends the quiet period
      leaving.join();
      traffic.assertNoFailure();
    }
  }

  @Test
  void settingsReachThePolicyWithoutAServiceConfig() {
    fleet.serve("a", "zone", "a");
    fleet.serve("b", "zone", "b");
    ManagedChannel byTarget =
        stage.build(
            fleet.builder("discovery:///orders?zone=a").defaultLoadBalancingPolicy("discovery"));
    ManagedChannel byArgument =
        stage.build(
            fleet
                .builder("discovery:///orders")
                .defaultLoadBalancingPolicy("discovery")
                .setNameResolverArg(
                    DiscoveryNameResolverProvider.BALANCER,
                    BalancerConfig.defaults().withZone("a")));
    ManagedChannel targetBeforeConfig =
        stage.build(
            fleet
                .builder("discovery:///orders?zone=a")
                .defaultServiceConfig(BalancerConfig.defaults().withZone("b").serviceConfig()));
    for (ManagedChannel channel : List.of(byTarget, byArgument, targetBeforeConfig)) {
      Fleet.awaitShares(channel, Map.of("a", 100.0));
    }
  }

  /** As the README says of the two ways to follow no published service config. */
  @Test
  void thePolicyOfATargetIsKeptByOneSwitchAndDiscardedByTheOther() {
    fleet.serve(stage.greeter("a"), 1);
    fleet.serve(stage.greeter("b"), 1);
    ManagedChannel kept = fleet.channel("&service-config=false");
    Fleet.awaitShares(kept, Map.of("a", 50.0, "b", 50.0));
    ManagedChannel discarded =
        stage.build(fleet.builder("discovery:///orders?lb=discovery").disableServiceConfigLookUp());
    assertEquals(1, Fleet.shares(discarded).size(), "pick_first is the default");
  }

  @Test
  void channelsOfDifferentZonesShareOneWatch() {
    fleet.serve("a", "zone", "a");
    fleet.serve("b", "zone", "b");
    Fleet.awaitShares(fleet.channel("&zone=a"), Map.of("a", 100.0));
    Fleet.awaitShares(fleet.channel("&zone=b"), Map.of("b", 100.0));
    assertEquals(2, store.census().watches().getAsLong(), "of the instances and of the settings");
  }
}
