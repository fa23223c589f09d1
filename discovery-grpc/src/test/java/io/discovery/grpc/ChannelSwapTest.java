package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls experience when all instances are others at once, or the same again. */
final class ChannelSwapTest {
  private final MemoryStore store = MemoryStore.named("swap-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  /** Returns a port where nobody listens any more. */
  private int deadPort() {
    Greeter dead = stage.greeter("dead");
    int port = dead.port();
    dead.close();
    return port;
  }

  private static CompletableFuture<String> outcome(ManagedChannel channel, CallOptions options) {
    return CompletableFuture.supplyAsync(
        () -> Greeter.outcome(channel, options), task -> new Thread(task, "caller").start());
  }

  /**
   * A removal is the registry's certain word: whoever left gets no calls, though it runs and nobody
   * else can be reached. Calls fail at once and say so, unless they are ready to wait; those under
   * way end as they would.
   */
  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void aSwapToInstancesThatCannotBeReachedIsBelieved(String policy) {
    Greeter old =
        stage.greeter(new Greeter("old", Greeter.builder("127.0.0.1"), Duration.ofSeconds(1)));
    Registration registration = stage.register(registry, "orders", old);
    ManagedChannel channel = stage.channel(registry, "orders", policy);
    CompletableFuture<String> underWay = outcome(channel, CallOptions.DEFAULT);
    Await.until("it is under way", Stage.SOON, () -> old.calls() == 1);
    int dead = deadPort();
    registration.update(instance -> instance.withAddress("127.0.0.1", dead)).join();
    Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
    int calls = old.calls();
    for (int i = 0; i < 20; i++) {
      Greeter.unavailable(channel);
    }
    assertEquals(calls, old.calls(), "calls of one that left");
    assertEquals("old", underWay.join());
    CompletableFuture<String> waiting = outcome(channel, CallOptions.DEFAULT.withWaitForReady());
    stage.greeter("new", registry, "orders");
    assertEquals("new", waiting.join());
  }

  /** There a removal may only mean that its owner has not written itself back yet (rule 3.12). */
  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void aStoreThatLostItsDataAndKnowsOnlyTheDeadCostsNoCall(String policy) {
    Greeter a = stage.greeter("a");
    put("a", a.port()); // by nobody who would write it back
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      traffic.awaitMoreFrom("a");
      long before = registry.stats().subscriptions();
      store.wipe();
      put("dead", deadPort());
      Await.until(
          "the store is read again", Stage.SOON, () -> registry.stats().subscriptions() > before);
      awaitBoth();
      traffic.awaitMoreFrom("a");
      traffic.assertNoFailure();
    }
  }

  private void put(String id, int port) {
    String record = "{\"Op\":0,\"Addr\":\"127.0.0.1:" + port + "\",\"Metadata\":null}";
    store.put("services", "orders", id, record.getBytes(UTF_8));
  }

  private void awaitBoth() {
    Probe probe = new Probe();
    stage.atEnd(probe::close);
    NameResolver resolver =
        new DiscoveryNameResolverProvider(registry)
            .newNameResolver(URI.create("discovery:///orders?service-config=false"), probe.args());
    stage.atEnd(() -> probe.inContext(resolver::shutdown));
    probe.start(resolver);
    Await.until(
        "the dead one is known beside the other", Stage.SOON, () -> probe.groups().size() == 2);
  }

  /** gRPC keeps no connection for it: each return opens one, and the old ones go after 5 s. */
  @ParameterizedTest
  @ValueSource(strings = {"round_robin", "discovery"})
  void anInstanceThatLeavesAndComesBackAtOnceCostsNoCall(String policy) {
    Greeter a = stage.greeter("a");
    ServiceInstance instance = ServiceInstance.of("orders", "127.0.0.1", a.port());
    Registration registration = stage.register(registry, instance);
    stage.greeter("b", registry, "orders");
    int returns = 3;
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      for (int i = 0; i < returns; i++) {
        traffic.awaitMoreFrom("a", "b");
        registration.close();
        Await.until(
            "no calls for the one that left",
            Stage.SOON,
            () -> {
              int before = traffic.answers("a");
              traffic.awaitMoreFrom("b");
              return traffic.answers("a") == before;
            });
        registration = stage.register(registry, instance);
      }
      traffic.awaitMoreFrom("a", "b");
      traffic.assertNoFailure();
    }
    assertEquals(1 + returns, a.connections());
    Await.until("only the last connection is left", Stage.SOON, () -> a.openConnections() == 1);
  }

  /** Calls that are ready to wait lose nothing even if it is the only one. */
  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void theOnlyInstanceLeavesAndComesBackAndCallsWait(String policy) {
    Greeter a =
        stage.greeter(new Greeter("a", Greeter.builder("127.0.0.1"), Duration.ofMillis(300)));
    Registration registration = stage.register(registry, "orders", a);
    ManagedChannel channel = stage.channel(registry, "orders", policy);
    CompletableFuture<String> underWay = outcome(channel, CallOptions.DEFAULT);
    Await.until("it is under way", Stage.SOON, () -> a.calls() == 1);
    registration.close();
    Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
    CompletableFuture<String> waiting = outcome(channel, CallOptions.DEFAULT.withWaitForReady());
    stage.register(registry, "orders", a);
    assertEquals(Set.of("a"), Set.copyOf(List.of(underWay.join(), waiting.join())));
    assertEquals(2, a.connections());
  }
}
