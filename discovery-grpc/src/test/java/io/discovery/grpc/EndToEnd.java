package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.Server;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole way from a gRPC server over a real registry to a gRPC client, the same on every store.
 */
abstract class EndToEnd implements SteeringEndToEnd {
  /**
   * Longer than a reconnect takes, shorter than the TTL: the registry comes back to what it knew.
   */
  private static final Duration OUTAGE = Duration.ofSeconds(3);

  /** A connection that ZooKeeper accepts and forgets while it starts is given up after 10 s. */
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  /** Where this test's service is kept. */
  final String namespace = "grpc/" + UUID.randomUUID();

  private Stage stage;

  abstract Server store();

  @BeforeEach
  void open() {
    store().start();
    stage = new Stage(config());
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @AfterEach
  void close() {
    store().start();
    stage.close();
  }

  private RegisteredServer serve(String name, Registry registry) {
    RegisteredServer server =
        RegisteredServer.builder(registry, stage.greeter(name).server())
            .advertise("127.0.0.1")
            .service("orders")
            .register();
    server.awaitRegistered(Stage.SOON);
    return server;
  }

  @ParameterizedTest
  @CsvSource({
    "pick_first, false", "round_robin, false", "discovery, false",
    "pick_first, true", "round_robin, true", "discovery, true",
  })
  void noCallFailsWhileTheRegistryIsDeadOrFrozen(String policy, boolean frozen) {
    Registry servers = stage.registry();
    Registry clients = stage.registry();
    serve("a", servers);
    serve("b", servers);
    try (Traffic traffic = new Traffic(stage.channel(clients, "orders", policy))) {
      traffic.awaitMore();
      if (frozen) {
        store().pause();
      } else {
        store().kill();
      }
      traffic.go(OUTAGE);
      store().start();
      traffic.awaitMore();
      serve("c", servers);
      if (!policy.equals("pick_first")) {
        traffic.awaitMoreFrom("a", "b", "c");
      }
      traffic.assertNoFailure();
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void aMinuteWithoutARegistryInWhichAllServersAreRestartedCostsNoCall(String policy) {
    List<RegisteredServer> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(awaited(drainedByWeight("old-" + i, 0)));
    }
    try (Traffic traffic = new Traffic(stage.channel(stage.registry(), "orders", policy), 8)) {
      traffic.awaitMore();
      long start = System.nanoTime();
      store().kill();
      restart(running, policy, traffic);
      traffic.go(Duration.ofMinutes(1).minusNanos(System.nanoTime() - start));
      store().start();
      running.forEach(EndToEnd::awaited);
      serve("more", stage.registry());
      running.get(0).close();
      traffic.awaitMore();
      traffic.assertNoFailure();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void noCallFailsWhenTheRegistryLosesItsData(String policy) {
    Registry servers = stage.registry();
    serve("a", servers);
    serve("b", servers);
    try (Traffic traffic = new Traffic(stage.channel(stage.registry(), "orders", policy))) {
      traffic.awaitMore();
      store().wipe();
      traffic.go(OUTAGE);
      Registry witness = stage.registry();
      Await.until(
          "both are registered again",
          Duration.ofSeconds(60),
          () -> witness.list("orders", Stage.SOON).instances().size() == 2);
      traffic.awaitMore();
      traffic.assertNoFailure();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void noCallFailsWhileAllServersAreReplacedOneByOne(String policy) {
    Registry servers = stage.registry();
    RegisteredServer a = serve("a", servers);
    RegisteredServer b = serve("b", servers);
    try (Traffic traffic = new Traffic(stage.channel(stage.registry(), "orders", policy))) {
      traffic.awaitMore();
      serve("a2", servers);
      a.close();
      traffic.awaitMore();
      serve("b2", servers);
      b.close();
      traffic.awaitMore();
      int old = traffic.answers("a") + traffic.answers("b");
      traffic.awaitMore();
      assertEquals(old, traffic.answers("a") + traffic.answers("b"), "calls of servers that left");
      traffic.assertNoFailure();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void noCallFailsWhileAllServersAreRestartedOneByOne(String policy) {
    List<RegisteredServer> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(awaited(drainedByWeight("old-" + i, 0)));
    }
    try (Traffic traffic = new Traffic(stage.channel(stage.registry(), "orders", policy), 8)) {
      traffic.awaitMore();
      restart(running, policy, traffic);
      running.forEach(EndToEnd::awaited);
      traffic.assertNoFailure();
    }
  }

  /** Replaces each by another on its port, the next when calls have found the last. */
  private void restart(List<RegisteredServer> running, String policy, Traffic traffic) {
    for (int i = 0; i < running.size(); i++) {
      int port = running.get(i).server().getPort();
      running.get(i).close();
      running.set(i, drainedByWeight("new-" + i, port));
      traffic.awaitMore();
      if (!policy.equals("pick_first")) {
        traffic.awaitMoreFrom("new-" + i);
      }
    }
  }

  private static RegisteredServer awaited(RegisteredServer server) {
    server.awaitRegistered(RECOVERY);
    return server;
  }

  /** Starts one with a registry of its own, as another process has. */
  private RegisteredServer drainedByWeight(String name, int port) {
    RegisteredServer server =
        RegisteredServer.builder(
                stage.registry(),
                Greeter.builder("127.0.0.1", port).addService(Greeter.service(() -> name)))
            .advertise("127.0.0.1")
            .service("orders")
            .drainByWeight()
            .register();
    stage.atEnd(() -> server.server().shutdownNow());
    return server;
  }

  @Test
  void aChannelBornInAnOutageSaysWhyAndComesToLifeWithTheRegistry() {
    serve("a", stage.registry());
    store().kill();
    ManagedChannel channel = stage.channel(stage.registry(), "orders", "round_robin");
    Status status = Greeter.unavailable(channel);
    assertTrue(status.getDescription().startsWith("cannot find orders in "), status::toString);
    store().start();
    Await.until("a call gets through", Duration.ofSeconds(30), () -> Greeter.answers(channel));
  }
}
