package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.inprocess.InProcessSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls experience: real channels and servers over the in-memory backend. */
final class ChannelTest {
  private final MemoryStore store = MemoryStore.named("channel-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void noCallFailsWhileTheRegistryIsDown(String policy) {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    stage.greeter("b", registry, "orders");
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      traffic.awaitMore();
      store.stop();
      traffic.awaitMore();
      traffic.awaitMore();
      store.start();
      traffic.awaitMore();
      traffic.assertNoFailure();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"round_robin", "discovery"})
  void aPolicyForManyCallsWhoeverIsThere(String policy) {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    Greeter b = stage.greeter("b");
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      traffic.awaitMoreFrom("a");
      Registration registration = stage.register(registry, "orders", b);
      traffic.awaitMoreFrom("a", "b");
      registration.close();
      Await.until(
          "no calls for the one that left",
          Stage.SOON,
          () -> {
            int before = traffic.answers("b");
            traffic.awaitMoreFrom("a");
            return traffic.answers("b") == before;
          });
      traffic.assertNoFailure();
    }
  }

  @Test
  void aChannelThatNeverKnewSaysWhyAndHeals() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    store.stop();
    ManagedChannel channel = stage.channel(stage.registry(), "orders", "pick_first");
    Status status = Greeter.unavailable(channel);
    assertTrue(
        Pattern.matches(
            "cannot find orders in discovery-memory-\\d+: .*memory store.*",
            status.getDescription()),
        status::toString);
    assertEquals("DiscoveryException", status.getCause().getClass().getSimpleName());
    store.start();
    Await.until("a call gets through", Stage.SOON, () -> Greeter.answers(channel));
  }

  @Test
  void aServiceWithoutInstancesSaysSo() {
    ManagedChannel channel = stage.channel(stage.registry(), "orders", "round_robin");
    Status status = Greeter.unavailable(channel);
    assertTrue(
        Pattern.matches("no instances of orders in discovery-memory-\\d+", status.getDescription()),
        status::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void theLastInstanceThatDeregistersGetsNoMoreCallsAlthoughItRuns(String policy) {
    Registry registry = stage.registry();
    Greeter a = stage.greeter("a");
    Registration registration = stage.register(registry, "orders", a);
    ManagedChannel channel = stage.channel(registry, "orders", policy);
    assertEquals("a", Greeter.call(channel));
    registration.close();
    Await.until("calls fail", Duration.ofSeconds(1), () -> !Greeter.answers(channel));
    Await.until(
        "the message says why",
        Duration.ofSeconds(1),
        () -> Greeter.unavailable(channel).getDescription().contains("no instances of orders"));
    int calls = a.calls();
    for (int i = 0; i < 20; i++) {
      Greeter.unavailable(channel);
    }
    assertEquals(calls, a.calls());
    stage.register(registry, "orders", a);
    Await.until("calls succeed again", Duration.ofSeconds(1), () -> Greeter.answers(channel));
  }

  @ParameterizedTest
  @ValueSource(strings = {"round_robin", "discovery"})
  void changesThatMoveNobodyReconnectNothing(String policy) {
    Registry registry = stage.registry();
    Greeter a = stage.greeter("a");
    Registration registration = stage.register(registry, "orders", a);
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      traffic.awaitMoreFrom("a");
      for (int weight = 2; weight < 12; weight++) {
        int next = weight;
        registration.update(instance -> instance.withWeight(next)).join();
        traffic.awaitMoreFrom("a");
      }
      stage.greeter("b", registry, "orders");
      traffic.awaitMoreFrom("a", "b");
      traffic.assertNoFailure();
    }
    assertEquals(1, a.connections());
  }

  @Test
  void pickFirstSpreadsChannelsOverTheInstances() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    stage.greeter("b", registry, "orders");
    Set<String> called = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      called.add(Greeter.call(stage.channel(registry, "orders", "pick_first")));
    }
    assertEquals(Set.of("a", "b"), called);
  }

  @Test
  void anIpv6InstanceIsDialled() {
    Registry registry = stage.registry();
    Greeter greeter = stage.greeter(new Greeter("six", Greeter.builder("::1")));
    stage.register(registry, ServiceInstance.of("orders", "::1", greeter.port()));
    assertEquals("six", Greeter.call(stage.channel(registry, "orders", "pick_first")));
  }

  @Test
  void aHostNameIsLookedUpAndDialled() {
    Registry registry = stage.registry();
    Greeter greeter = stage.greeter("a");
    stage.register(registry, ServiceInstance.of("orders", "localhost", greeter.port()));
    assertEquals("a", Greeter.call(stage.channel(registry, "orders", "pick_first")));
  }

  @Test
  void anyServiceNameCanBeDialled() {
    Registry registry = stage.registry();
    String service = "team/Bestellungen für 中国: 100 %";
    stage.greeter("a", registry, service);
    ManagedChannel channel = stage.channel(registry, Percent.encode(service), "pick_first");
    assertEquals("a", Greeter.call(channel));
    assertEquals(Percent.encode(service), channel.authority());
  }

  @Test
  @SuppressWarnings(
      "deprecation") // the in-process builder has no other way to a provider of one's own
  void inProcessServersCanBeFound() {
    Registry registry = stage.registry();
    Greeter greeter =
        stage.greeter(new Greeter("inside", InProcessServerBuilder.forName("grpc-test-1")));
    stage.register(registry, ServiceInstance.of("orders", "grpc-test-1", 1));
    DiscoveryNameResolverProvider provider =
        new DiscoveryNameResolverProvider(
            registry,
            InProcessSocketAddress.class,
            instance -> new InProcessSocketAddress(instance.host()));
    ManagedChannel channel =
        stage.build(
            InProcessChannelBuilder.forTarget("discovery:///orders").nameResolverFactory(provider));
    assertEquals("inside", Greeter.call(channel));
    assertEquals(1, greeter.calls());
  }
}
