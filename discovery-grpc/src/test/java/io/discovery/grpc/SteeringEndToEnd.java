package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.grpc.CallOptions;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the registry says is what calls do, on every store: weights, zones, subsets, settings. */
interface SteeringEndToEnd {
  int BURST = 20_000;
  int MANY = 1_000;

  Stage stage();

  /** Returns how many watches the store itself counts. */
  long watches();

  /** Returns how many of them the store is given for a registration, soon after it. */
  default long watchesOfARecord() {
    return 0;
  }

  /** Returns how to reach the store, in this test's namespace. */
  RegistryConfig config();

  /** Says, as an operator does, how a service is to be called. */
  void publish(String namespace, String service, String serviceConfig);

  @Test
  default void weightsAreSharesOfTheCallsAndNewOnesCountOnTheSameConnections() {
    Fleet fleet = new Fleet(stage());
    List<Greeter> servers =
        List.of(stage().greeter("a"), stage().greeter("b"), stage().greeter("c"));
    List<Registration> instances =
        IntStream.range(0, 3)
            .mapToObj(i -> fleet.serve(servers.get(i), List.of(1, 3, 6).get(i)))
            .toList();
    ManagedChannel channel = fleet.channel("");
    Fleet.awaitShares(channel, Map.of("a", 10.0, "b", 30.0, "c", 60.0));
    for (int i = 0; i < 3; i++) {
      Fleet.weigh(instances.get(i), List.of(8, 1, 1).get(i));
    }
    Fleet.awaitShares(channel, Map.of("a", 80.0, "b", 10.0, "c", 10.0));
    assertEquals(List.of(1, 1, 1), servers.stream().map(Greeter::connections).toList());
  }

  @Test
  default void callsStayInTheZoneMoveWhenItDiesAndReturnWithIt() {
    Fleet fleet = new Fleet(stage());
    Greeter a = fleet.serve("a", "zone", "a");
    int port = a.port();
    fleet.serve("b", "zone", "b");
    ManagedChannel channel = fleet.channel("&zone=a");
    Fleet.awaitShares(channel, Map.of("a", 100.0));
    a.close();
    Await.until("the zone is given up", Stage.SOON, () -> Greeter.answers(channel));
    assertEquals(Map.of("b", 100.0), Fleet.shares(channel));
    stage().greeter(new Greeter("a", Greeter.builder("127.0.0.1", port)));
    Await.until("calls return", Stage.SOON, () -> Greeter.call(channel).equals("a"));
    assertEquals(Map.of("a", 100.0), Fleet.shares(channel));
  }

  @Test
  default void aHundredChannelsAreTwoWatchesOfTheStore() {
    long atFirst = watches();
    Registry registry = stage().registry();
    stage().greeter("a", registry, "orders");
    assertEquals("a", Greeter.call(stage().channel(stage().registry(), "orders", "discovery")));
    long before = atFirst + 2 + watchesOfARecord();
    Await.until(
        () -> "those of the one channel and of the record, not " + (watches() - atFirst),
        Stage.SOON,
        () -> watches() == before);
    long subscriptions = registry.stats().subscriptions();
    for (int i = 0; i < 100; i++) {
      assertEquals("a", Greeter.call(stage().channel(registry, "orders", "discovery")));
    }
    Await.until(
        () -> "one watch of the instances, one of the settings, not " + (watches() - before),
        Stage.SOON,
        () -> watches() == before + 2);
    assertEquals(subscriptions + 2, registry.stats().subscriptions());
  }

  @Test
  default void aBurstOfUpdatesIsToldInFewPushesAndDisturbsNoCall() {
    Fleet fleet = new Fleet(stage());
    Greeter greeter = stage().greeter("a");
    List<Registration> instances = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String id = "i" + i;
      instances.add(fleet.serve(greeter, instance -> instance.withId(id)));
    }
    try (Probe probe = new Probe();
        Traffic traffic = new Traffic(fleet.channel(""))) {
      NameResolver resolver = resolver(fleet.registry, probe);
      probe.start(resolver);
      Await.until("all instances", Stage.SOON, () -> probe.groups().size() == 100);
      traffic.awaitMore();
      int before = probe.results.size();
      long start = System.nanoTime();
      for (int round = 1; round <= BURST / 100; round++) {
        int weight = round;
        CompletableFuture.allOf(
                instances.stream()
                    .map(one -> one.update(instance -> instance.withWeight(weight)))
                    .toArray(CompletableFuture<?>[]::new))
            .join();
      }
      Await.until(
          "the last weight of each",
          Stage.SOON,
          () -> probe.groups().stream().allMatch(group -> weight(group) == BURST / 100));
      double seconds = (System.nanoTime() - start) / 1e9;
      int pushes = probe.results.size() - before;
      assertTrue(pushes <= 50 * seconds, pushes + " pushes in " + seconds + " s");
      traffic.awaitMore();
      traffic.assertNoFailure();
      probe.inContext(resolver::shutdown);
    }
    assertEquals(100, greeter.connections());
  }

  private static NameResolver resolver(Registry registry, Probe probe) {
    return Stage.provider(Duration.ofMillis(1), registry)
        .newNameResolver(URI.create("discovery:///orders"), probe.args());
  }

  private static int weight(EquivalentAddressGroup group) {
    return group.getAttributes().get(DiscoveryNameResolverProvider.INSTANCE).weight();
  }

  @Test
  default void ofAThousandInstancesTwentyAreConnectedAndOneReplacedMovesOneConnectionAtMost() {
    Fleet fleet = new Fleet(stage());
    // One server, at a thousand addresses and as many again.
    Greeter greeter = stage().greeter(new Greeter("all", Greeter.builder("0.0.0.0")));
    Map<String, Registration> instances = new HashMap<>();
    for (int i = 0; i < MANY; i++) {
      instances.put("i" + i, fleet.registry.register(instance("i" + i, i, greeter)));
    }
    instances.values().forEach(instance -> instance.awaitRegistered(Duration.ofMinutes(1)));
    ManagedChannel channel = fleet.channel("&subset=20&client-key=pod-7");
    Await.until("twenty are used", Stage.SOON, () -> picked(channel).size() == 20);
    assertEquals(20, greeter.connections());
    List<String> used = List.copyOf(picked(channel));
    String unused =
        instances.keySet().stream().filter(id -> !used.contains(id)).findFirst().orElseThrow();
    int replaced = 0;
    for (String id : List.of(unused, used.get(0), used.get(7), used.get(19))) {
      instances.remove(id).close();
      fleet.registry.register(instance("new-" + id, MANY + replaced, greeter));
      replaced++;
    }
    Await.until(
        "the replaced ones are left for others",
        Stage.SOON,
        () -> {
          Set<String> now = picked(channel);
          return now.size() == 20 && instances.keySet().containsAll(without(now, "new-"));
        });
    int moved = greeter.connections() - 20;
    assertTrue(moved >= 3 && moved <= replaced, moved + " connections moved for " + replaced);
  }

  private static ServiceInstance instance(String id, int place, Greeter greeter) {
    String host = "127.0." + place / 250 + "." + (1 + place % 250);
    return ServiceInstance.of("orders", host, greeter.port()).withId(id);
  }

  private static Set<String> without(Set<String> ids, String prefix) {
    return ids.stream().filter(id -> !id.startsWith(prefix)).collect(Collectors.toSet());
  }

  /** Returns which instances forty calls go to. */
  private static Set<String> picked(ManagedChannel channel) {
    Set<String> ids = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      PickedInstance picked = new PickedInstance();
      Greeter.call(channel, CallOptions.DEFAULT.withOption(PickedInstance.KEY, picked));
      ids.add(picked.instance().orElseThrow().id());
    }
    return ids;
  }

  @Test
  default void settingsAreThereInTheEmptyNamespaceToo() {
    String service = "s-" + UUID.randomUUID();
    try (Stage root = new Stage(config().withNamespace(""))) {
      Registry registry = root.registry();
      root.greeter("a", registry, service);
      root.greeter("b", registry, service);
      publish("", service, "{\"loadBalancingConfig\":[{\"discovery\":{}}]}");
      ManagedChannel channel = root.channel(registry, service, "pick_first");
      Await.until("both answer", Stage.SOON, () -> Fleet.shares(channel).size() == 2);
      Set<String> services = registry.services(Stage.SOON); // of other tests too
      assertTrue(services.contains(service) && !services.contains(".settings"), services::toString);
    }
  }

  @Test
  default void aPublishedServiceConfigReachesChannelsWithinASecondAndABadOneFailsNoCall() {
    Fleet fleet = new Fleet(stage());
    fleet.serve(stage().greeter("a"), 1);
    fleet.serve(stage().greeter("b"), 1);
    ManagedChannel channel = stage().channel(fleet.registry, "orders", "pick_first");
    assertEquals(1, Fleet.shares(channel).size());
    publish(config().namespace(), "orders", "{\"loadBalancingConfig\":[{\"discovery\":{}}]}");
    Await.until("both answer", Duration.ofSeconds(1), () -> Fleet.shares(channel).size() == 2);
    publish(config().namespace(), "orders", "{\"loadBalancingConfig\":[{\"no_such_policy\":{}}]}");
    publish(config().namespace(), "orders", "no JSON");
    try (Traffic traffic = new Traffic(channel)) {
      traffic.awaitMoreFrom("a", "b");
      publish(config().namespace(), "orders", "{\"loadBalancingConfig\":[{\"pick_first\":{}}]}");
      Await.until("one answers", Stage.SOON, () -> Fleet.shares(channel).size() == 1);
      traffic.assertNoFailure();
    }
  }
}
