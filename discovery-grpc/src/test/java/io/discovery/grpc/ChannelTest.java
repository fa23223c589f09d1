package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.inprocess.InProcessSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real channels and servers over the in-memory backend. */
final class ChannelTest {
  private MemoryStore store;
  private Stage stage;

  @BeforeEach
  void open() {
    store = MemoryStore.named("grpc-" + UUID.randomUUID());
    stage = new Stage(store.config());
  }

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  private OptionalLong watches() {
    return store.census().watches();
  }

  private static StatusRuntimeException assertUnavailable(ManagedChannel channel) {
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e::toString);
    return e;
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin"})
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

  @Test
  void roundRobinCallsWhoeverIsThere() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    Greeter b = stage.greeter("b");
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", "round_robin"))) {
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
    StatusRuntimeException e = assertUnavailable(channel);
    assertTrue(
        Pattern.matches(
            "cannot find orders in discovery-memory-\\d+: .*memory store.*",
            e.getStatus().getDescription()),
        e::toString);
    assertEquals("DiscoveryException", e.getCause().getClass().getSimpleName());
    store.start();
    Await.until("a call gets through", Stage.SOON, () -> Greeter.answers(channel));
  }

  @Test
  void aServiceWithoutInstancesSaysSo() {
    ManagedChannel channel = stage.channel(stage.registry(), "orders", "round_robin");
    StatusRuntimeException e = assertUnavailable(channel);
    assertTrue(
        Pattern.matches(
            "no instances of orders in discovery-memory-\\d+", e.getStatus().getDescription()),
        e::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin"})
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
        () -> assertUnavailable(channel).getMessage().contains("no instances of orders"));
    int calls = a.calls();
    for (int i = 0; i < 20; i++) {
      assertUnavailable(channel);
    }
    assertEquals(calls, a.calls());
    stage.register(registry, "orders", a);
    Await.until("calls succeed again", Duration.ofSeconds(1), () -> Greeter.answers(channel));
  }

  @Test
  void aHundredChannelsShareOneWatch() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    long before = registry.stats().subscriptions();
    for (int i = 0; i < 100; i++) {
      assertEquals("a", Greeter.call(stage.channel(registry, "orders", "round_robin")));
    }
    assertEquals(OptionalLong.of(1), watches());
    assertEquals(before + 1, registry.stats().subscriptions());
  }

  @Test
  void aChannelThatIdlesComesBackToTheSameWatchEvenInAnOutage() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    ManagedChannel channel = stage.channel(registry, "orders", "round_robin");
    assertEquals("a", Greeter.call(channel));
    long before = registry.stats().subscriptions();
    for (int i = 0; i < 5; i++) {
      channel.enterIdle();
      assertEquals("a", Greeter.call(channel));
    }
    assertEquals(before, registry.stats().subscriptions());
    store.stop();
    channel.enterIdle();
    assertEquals("a", Greeter.call(channel));
  }

  @Test
  void channelsShareTheRegistryOfTheirTargetUntilAWhileAfterTheLast() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    OptionalLong clients = store.census().connections();
    String target = "discovery://memory/orders?endpoints=" + store.config().endpoints().get(0);
    DiscoveryNameResolverProvider provider = Stage.provider(Duration.ofMillis(300));
    ManagedChannel first = stage.channel(target, provider);
    ManagedChannel second = stage.channel(target, provider);
    assertEquals("a", Greeter.call(first));
    assertEquals("a", Greeter.call(second));
    assertEquals(OptionalLong.of(1), watches());
    assertEquals(clients.getAsLong() + 1, store.census().connections().getAsLong());
    first.shutdownNow();
    assertEquals("a", Greeter.call(second));
    second.shutdownNow();
    Await.until(
        "watch and registry are given back",
        Stage.SOON,
        () -> watches().getAsLong() == 0 && store.census().connections().equals(clients));
  }

  @Test
  void aRegistryHandedInStaysOpen() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    ManagedChannel channel =
        stage.channel("discovery:///orders", Stage.provider(Duration.ofMillis(1), registry));
    assertEquals("a", Greeter.call(channel));
    channel.shutdownNow();
    Await.until("the watch ends", Stage.SOON, () -> watches().getAsLong() == 0);
    assertEquals(1, registry.list("orders", Stage.SOON).instances().size());
  }

  @Test
  void aRegistryThatCannotBeOpenedIsReportedAndTriedAgain() {
    ManagedChannel channel =
        stage.channel("discovery://nosuch/orders", Stage.provider(Duration.ofSeconds(1)));
    String message = assertUnavailable(channel).getStatus().getDescription();
    assertTrue(message.startsWith("cannot find orders: ") && message.contains("nosuch"), message);
  }

  @Test
  void aChannelBuiltAfterARegistrationKnowsItAlthoughAnEarlierChannelKnewNobody() {
    Registry registry = stage.registry();
    for (int i = 0; i < 20; i++) {
      Greeter greeter = stage.greeter("a" + i);
      Registration registration = stage.register(registry, "orders", greeter);
      ManagedChannel channel = stage.channel(registry, "orders", "pick_first");
      assertEquals("a" + i, Greeter.call(channel));
      registration.close();
      Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
      channel.shutdownNow();
    }
  }

  @Test
  void aClosedRegistryIsReported() {
    Registry registry = stage.registry();
    registry.close();
    ManagedChannel channel = stage.channel(registry, "orders", "pick_first");
    String message = assertUnavailable(channel).getStatus().getDescription();
    assertTrue(message.startsWith("cannot find orders: ") && message.contains("closed"), message);
  }

  @Test
  void refreshStormsReadAgainOnceASecondAtMost() {
    Registry registry = stage.registry();
    Greeter a = stage.greeter("a", registry, "orders");
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      channels.add(stage.channel(registry, "orders", "round_robin"));
      assertEquals("a", Greeter.call(channels.get(i)));
    }
    long before = registry.stats().subscriptions();
    long start = System.nanoTime();
    a.close(); // a crash: the record stays, and every attempt to connect makes a channel ask for
    // news
    while (System.nanoTime() - start < Duration.ofSeconds(3).toNanos()) {
      channels.forEach(ManagedChannel::resetConnectBackoff);
      channels.forEach(channel -> assertFalse(Greeter.answers(channel)));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long reads = registry.stats().subscriptions() - before;
    assertTrue(reads >= 1 && reads <= seconds + 1, reads + " reads in " + seconds + " s");
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
