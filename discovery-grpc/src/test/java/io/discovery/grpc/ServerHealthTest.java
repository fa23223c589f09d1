package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Health as a real client of {@code grpc.health.v1} sees it. */
final class ServerHealthTest {
  private static final List<String> NAMES = List.of("", "orders", "test.Greeter");

  private final MemoryStore store = MemoryStore.named("health-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();
  private final List<String> life = new CopyOnWriteArrayList<>();

  private Channel channel(Server server) {
    return stage.build(
        Grpc.newChannelBuilder(
            "127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create()));
  }

  private static HealthCheckRequest about(String name) {
    return HealthCheckRequest.newBuilder().setService(name).build();
  }

  /** Returns the state, or the code of the status with which the question fails. */
  private static String ask(Channel channel, String name) {
    try {
      return HealthGrpc.newBlockingStub(channel).check(about(name)).getStatus().name();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode().name();
    }
  }

  private static void assertAll(Channel channel, ServingStatus expected) {
    NAMES.forEach(name -> assertEquals(expected.name(), ask(channel, name), "of '" + name + "'"));
  }

  private void follow(Channel channel, String name) {
    HealthGrpc.newStub(channel)
        .watch(
            about(name),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse state) {
                life.add(state.getStatus().name());
              }

              @Override
              public void onError(Throwable error) {
                life.add(Status.fromThrowable(error).getCode().name());
              }

              @Override
              public void onCompleted() {
                life.add("completed");
              }
            });
  }

  @Test
  void healthFollowsTheWholeLife() {
    AtomicReference<Server> built = new AtomicReference<>();
    List<Integer> listed = new CopyOnWriteArrayList<>();
    RegisteredServer server =
        RegisteredServer.builder(
                registry,
                new Spying(
                    Greeter.builder("127.0.0.1").addService(Greeter.service(() -> "a")),
                    built::set))
            .advertise("127.0.0.1")
            .quietPeriod(Duration.ofMillis(200))
            .drainTimeout(Duration.ofMillis(500)) // a watch of health is a call without end
            .health(ServerHealth.create())
            .service(
                "orders",
                instance -> {
                  // Between start and registration.
                  follow(channel(built.get()), "");
                  Await.until("the first state", Stage.SOON, () -> life.size() == 1);
                  assertEquals("NOT_FOUND", ask(channel(built.get()), "orders"));
                  return instance;
                })
            .beforeLeaving(
                () -> {
                  assertAll(channel(built.get()), ServingStatus.NOT_SERVING);
                  listed.add(registry.list("orders", Stage.SOON).instances().size());
                })
            .register();
    server.awaitRegistered(Stage.SOON);
    assertAll(channel(server.server()), ServingStatus.SERVING);
    Await.until("served", Stage.SOON, () -> life.size() == 2);
    server.close();
    Await.until(() -> "the end, after " + life, Stage.SOON, () -> life.size() >= 3);
    assertEquals(List.of("NOT_SERVING", "SERVING", "NOT_SERVING"), life.stream().limit(3).toList());
    assertEquals(List.of(1), listed);
  }

  @Test
  void aManagerOfOnesOwnStaysInCommandUntilLeaving() {
    HealthStatusManager manager = new HealthStatusManager();
    ServerHealth health = ServerHealth.of(manager);
    Greeter greeter =
        stage.greeter(new Greeter("a", Greeter.builder("127.0.0.1").addService(health.service())));
    RegisteredServer server =
        RegisteredServer.builder(registry, greeter.server())
            .advertise("127.0.0.1")
            .quietPeriod(Duration.ZERO)
            .health(health)
            .service("orders")
            .beforeLeaving(
                () -> {
                  manager.setStatus("orders", ServingStatus.SERVING);
                  life.add(ask(channel(greeter.server()), "orders"));
                })
            .register();
    Channel channel = channel(greeter.server());
    assertAll(channel, ServingStatus.SERVING);
    manager.setStatus("orders", ServingStatus.NOT_SERVING);
    assertEquals("NOT_SERVING", ask(channel, "orders"));
    assertEquals("SERVING", ask(channel, ""));
    server.close();
    assertEquals(List.of("NOT_SERVING"), life);
  }

  @Test
  void whatCannotBeRegisteredIsNotServing() {
    ServerHealth health = ServerHealth.create();
    Greeter greeter =
        stage.greeter(new Greeter("a", Greeter.builder("127.0.0.1").addService(health.service())));
    stage.register(registry, "orders", greeter);
    RegisteredServer.Builder builder =
        RegisteredServer.builder(registry, greeter.server())
            .advertise("127.0.0.1")
            .health(health)
            .service("orders");
    assertThrows(IllegalStateException.class, builder::register);
    assertAll(channel(greeter.server()), ServingStatus.NOT_SERVING);
  }
}
