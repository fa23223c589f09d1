package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are built, changed and drained by {@link RegisteredServer}. */
final class ServerLifecycleTest {
  private static final Duration QUIET = Duration.ofMillis(200);
  private static final List<String> FIVE = List.of("s1", "s2", "s3", "s4", "s5");

  private final MemoryStore store = MemoryStore.named("lifecycle-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  private static ServerBuilder<?> greeting(String name, int port) {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            InsecureServerCredentials.create())
        .addService(Greeter.service(() -> name));
  }

  private RegisteredServer.Builder describe(ServerBuilder<?> builder) {
    return RegisteredServer.builder(registry, builder).advertise("127.0.0.1").quietPeriod(QUIET);
  }

  private RegisteredServer registered(RegisteredServer.Builder builder) {
    RegisteredServer server = builder.register();
    stage.atEnd(() -> server.server().shutdownNow());
    server.awaitRegistered(Stage.SOON);
    return server;
  }

  private List<ServiceInstance> listed(String service) {
    return registry.list(service, Stage.SOON).instances();
  }

  @Test
  void oneCallBuildsStartsAndRegisters() {
    RegisteredServer server = registered(describe(greeting("a", 0)).service("orders"));
    assertEquals(
        List.of(ServiceInstance.of("orders", "127.0.0.1", server.server().getPort())),
        listed("orders"));
    assertEquals("a", Greeter.call(stage.channel(registry, "orders", "pick_first")));
    server.close();
    server.close();
    assertEquals(List.of(), listed("orders"));
    assertTrue(server.server().isTerminated());
  }

  @Test
  void anyServerBuilderWillDo() {
    String name = "lifecycle-" + UUID.randomUUID();
    RegisteredServer server =
        registered(
            RegisteredServer.builder(
                    registry,
                    InProcessServerBuilder.forName(name).addService(Greeter.service(() -> "a")))
                .advertise("localhost", 1)
                .quietPeriod(Duration.ZERO)
                .service("orders", i -> i.withMetadata(InstanceAddress.KEY, "inprocess:" + name)));
    assertEquals(1, listed("orders").size());
    server.close();
    assertTrue(server.server().isTerminated());
  }

  @Test
  void aPortInUseIsSaidAndLeavesNothingBehind() {
    Greeter other = stage.greeter("other");
    AtomicReference<Server> built = new AtomicReference<>();
    ServerBuilder<?> builder = new Spying(greeting("a", other.port()), built::set);
    RegisteredServer.Builder description = describe(builder).service("orders").shutdownHook();
    UncheckedIOException e = assertThrows(UncheckedIOException.class, description::register);
    assertTrue(e.getMessage().startsWith("the server does not start: "), e::getMessage);
    assertTrue(e.getMessage().contains(":" + other.port()), e::getMessage);
    assertTrue(e.getMessage().contains("a free port"), e::getMessage);
    assertInstanceOf(IOException.class, e.getCause());
    assertTrue(built.get().isTerminated());
    assertEquals(List.of(), listed("orders"));
  }

  @Test
  void aServerThatCannotBeRegisteredIsShutDownIfStartedHere() {
    stage.register(registry, ServiceInstance.of("stock", "127.0.0.1", 1).withId("taken"));
    List<UnaryOperator<RegisteredServer.Builder>> flaws =
        List.of(
            builder -> builder.service("stock", i -> i.withId("taken")),
            builder -> builder.service("stock", i -> i.withWeight(-1)),
            builder -> builder.advertise("0.0.0.0"));
    for (UnaryOperator<RegisteredServer.Builder> flaw : flaws) {
      AtomicReference<Server> built = new AtomicReference<>();
      RegisteredServer.Builder refused =
          flaw.apply(describe(new Spying(greeting("a", 0), built::set)).service("orders"));
      assertThrows(RuntimeException.class, refused::register);
      assertTrue(built.get().isTerminated());
      assertEquals(List.of(), listed("orders"));
      assertEquals(1, listed("stock").size());
    }
    // One that runs already is its owner's.
    Greeter own = stage.greeter("own");
    RegisteredServer.Builder ofRunning =
        RegisteredServer.builder(registry, own.server())
            .advertise("127.0.0.1")
            .service("stock", i -> i.withId("taken"));
    assertThrows(IllegalStateException.class, ofRunning::register);
    assertFalse(own.server().isShutdown());
  }

  @Test
  void nothingIsBuiltForADescriptionThatIsIncomplete() {
    AtomicReference<Server> built = new AtomicReference<>();
    RegisteredServer.Builder nameless = describe(new Spying(greeting("a", 0), built::set));
    assertThrows(IllegalStateException.class, nameless::register);
    assertNull(built.get());
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> nameless.quietPeriod(Duration.ofSeconds(-1)))
            .getMessage();
    assertEquals("quietPeriod: PT-1S (expected: 0 or more)", message);
  }

  @Test
  void weightAndMetadataChangeForAllServicesInPlace() {
    RegisteredServer server =
        registered(describe(greeting("a", 0)).service("orders").service("stock"));
    server.setWeight(7).join();
    server.setMetadata("version", "2").join();
    for (String service : List.of("orders", "stock")) {
      assertEquals(7, listed(service).get(0).weight());
      assertEquals(Map.of("version", "2"), listed(service).get(0).metadata());
    }
    assertThrows(IllegalArgumentException.class, () -> server.setWeight(-1));
    assertThrows(IllegalArgumentException.class, () -> server.update(i -> i.withId("other")));
    assertEquals(7, listed("orders").get(0).weight());
    // One that is full refuses for both.
    Map<String, String> full =
        IntStream.range(0, 64).boxed().collect(Collectors.toMap(i -> "key-" + i, i -> ""));
    server.registrations().get(1).update(i -> i.withMetadata(full)).join();
    assertThrows(IllegalArgumentException.class, () -> server.setMetadata("one", "more"));
    server.setWeight(8).join();
    assertEquals(Map.of("version", "2"), listed("orders").get(0).metadata());
    server.close();
    String message =
        assertThrows(IllegalStateException.class, () -> server.setWeight(1)).getMessage();
    assertTrue(message.contains("has left (expected: updates before close())"), message);
  }

  @Test
  void aServiceThatIsSupersededKeepsNoOtherFromTheChange() {
    RegisteredServer server =
        registered(describe(greeting("a", 0)).service("orders").service("stock"));
    Registration orders = server.registrations().get(0);
    stage.register(stage.registry(), orders.instance());
    Await.until("superseded", Stage.SOON, () -> orders.state() == Registration.State.SUPERSEDED);
    CompletionException e =
        assertThrows(CompletionException.class, () -> server.setWeight(5).join());
    assertInstanceOf(IllegalStateException.class, e.getCause());
    Await.until("the other", Stage.SOON, () -> listed("stock").get(0).weight() == 5);
    assertEquals(1, listed("orders").get(0).weight());
    server.close();
    assertEquals(1, listed("orders").size(), "the successor's record stays");
  }

  @Test
  void drainingByWeightAsksForNoTrafficBeforeItDeregisters() {
    List<String> seen = new CopyOnWriteArrayList<>();
    RegisteredServer server =
        registered(
            describe(greeting("a", 0))
                .service("orders", i -> i.withWeight(3))
                .drainByWeight()
                .beforeLeaving(() -> seen.add("hook")));
    registry.watch(
        "orders",
        snapshot ->
            seen.add(
                snapshot.instances().stream().map(ServiceInstance::weight).toList()
                    + " serving: "
                    + !server.server().isShutdown()));
    Await.until("the first snapshot", Stage.SOON, () -> seen.size() == 1);
    long start = System.nanoTime();
    server.close();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis >= 2 * QUIET.toMillis(), millis + " ms with two quiet periods of " + QUIET);
    Await.until("all steps: " + seen, Stage.SOON, () -> seen.size() == 4);
    assertEquals(
        List.of("[3] serving: true", "hook", "[0] serving: true", "[] serving: true"), seen);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inAnOutageFiveServicesLeaveInTheTimeOfOne(boolean byWeight) {
    RegisteredServer.Builder builder = describe(greeting("a", 0)).quietPeriod(Duration.ZERO);
    FIVE.forEach(builder::service);
    RegisteredServer server = registered(byWeight ? builder.drainByWeight() : builder);
    store.stop();
    long start = System.nanoTime();
    server.close();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Duration one = store.config().closeTimeout();
    Duration bound = byWeight ? one.multipliedBy(3) : one.multipliedBy(2);
    assertTrue(took.compareTo(one) >= 0, "there was no outage: " + took);
    assertTrue(took.compareTo(bound) < 0, took + " with a close timeout of " + one);
    assertTrue(server.server().isTerminated());
  }

  @Test
  void awaitingSaysWhatIsMissing() {
    store.stop();
    RegisteredServer server = describe(greeting("a", 0)).service("orders").register();
    stage.atEnd(() -> server.server().shutdownNow());
    assertThrows(DiscoveryException.class, () -> server.awaitRegistered(Duration.ofMillis(100)));
    store.start();
    server.awaitRegistered(Stage.SOON);
    server.close();
  }
}
