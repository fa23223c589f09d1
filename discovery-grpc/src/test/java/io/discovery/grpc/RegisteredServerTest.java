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
import io.grpc.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RegisteredServerTest {
  private final MemoryStore store = MemoryStore.named("server-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  private RegisteredServer.Builder builder(Greeter greeter) {
    return RegisteredServer.builder(registry, greeter.server())
        .advertise("127.0.0.1")
        .quietPeriod(Duration.ofMillis(200));
  }

  private List<ServiceInstance> listed(String service) {
    return registry.list(service, Stage.SOON).instances();
  }

  @Test
  void severalServicesAreRegisteredWithTheirDetails() {
    Greeter greeter = stage.greeter("a");
    RegisteredServer server =
        builder(greeter)
            .service("orders")
            .service("stock", i -> i.withId("stock-1").withWeight(3).withMetadata("zone", "a"))
            .ttl(Duration.ofSeconds(7))
            .register();
    server.awaitRegistered(Stage.SOON);
    ServiceInstance orders = ServiceInstance.of("orders", "127.0.0.1", greeter.port());
    assertEquals(List.of(orders), listed("orders"));
    assertEquals(
        List.of(
            new ServiceInstance(
                "stock", "stock-1", "127.0.0.1", greeter.port(), 3, Map.of("zone", "a"))),
        listed("stock"));
    assertEquals(Duration.ofSeconds(7), server.registrations().get(0).ttl());
    server.close();
    assertEquals(List.of(), listed("orders"));
    assertEquals(List.of(), listed("stock"));
    assertTrue(greeter.server().isTerminated());
  }

  @Test
  void ipv6IsAdvertisedWithoutBrackets() {
    Greeter greeter = stage.greeter(new Greeter("six", Greeter.builder("::1")));
    RegisteredServer server =
        RegisteredServer.builder(registry, greeter.server())
            .advertise("::1")
            .quietPeriod(Duration.ZERO)
            .service("orders")
            .register();
    server.awaitRegistered(Stage.SOON);
    assertEquals("::1", listed("orders").get(0).host());
    assertEquals("[::1]:" + greeter.port(), listed("orders").get(0).id());
    server.close();
  }

  @Test
  void aServerOnLoopbackIsNotAdvertisedUnasked() {
    Greeter greeter = stage.greeter("a");
    RegisteredServer.Builder builder =
        RegisteredServer.builder(registry, greeter.server()).service("orders");
    assertThrows(IllegalStateException.class, builder::register);
    assertEquals(List.of(), listed("orders"));
  }

  @Test
  void whatCannotBeRegisteredWholeIsNotRegisteredAtAll() {
    Greeter greeter = stage.greeter("a");
    assertTrue(
        assertThrows(IllegalStateException.class, () -> builder(greeter).register())
            .getMessage()
            .contains("service(NAME)"));
    stage.register(registry, "stock", greeter);
    RegisteredServer.Builder builder = builder(greeter).service("orders").service("stock");
    assertThrows(IllegalStateException.class, builder::register);
    assertEquals(List.of(), listed("orders"));
    assertEquals(1, listed("stock").size());
  }

  @Test
  void aServerNotStartedIsRefused() {
    Server server = Greeter.builder("127.0.0.1").build();
    RegisteredServer.Builder builder =
        RegisteredServer.builder(registry, server).advertise("127.0.0.1").service("orders");
    assertThrows(IllegalStateException.class, builder::register);
    server.shutdownNow();
  }

  @Test
  void leavingGoesInTheOrderThatLosesNoCall() {
    List<String> steps = new CopyOnWriteArrayList<>();
    Greeter greeter = stage.greeter("a");
    RegisteredServer server =
        builder(greeter)
            .service("orders")
            .beforeLeaving(() -> steps.add("hook, listed: " + listed("orders").size()))
            .register();
    server.awaitRegistered(Stage.SOON);
    server
        .registrations()
        .get(0)
        .onState(
            state -> {
              if (state == Registration.State.CLOSED) {
                steps.add("deregistered, serving: " + !greeter.server().isShutdown());
              }
            });
    long start = System.nanoTime();
    server.close();
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(millis >= 200, millis + " ms with a quiet period of 200 ms");
    Await.until(
        "steps " + steps,
        Stage.SOON,
        () -> steps.equals(List.of("hook, listed: 1", "deregistered, serving: true")));
    assertTrue(greeter.server().isTerminated());
    server.close();
  }

  @Test
  void aFailingHookPreventsNothing() {
    Greeter greeter = stage.greeter("a");
    RegisteredServer server =
        builder(greeter)
            .service("orders")
            .beforeLeaving(
                () -> {
                  throw new IllegalStateException("on purpose");
                })
            .register();
    server.awaitRegistered(Stage.SOON);
    server.close();
    assertEquals(List.of(), listed("orders"));
    assertTrue(greeter.server().isTerminated());
  }

  @Test
  void callsUnderWayMayEndAndThoseThatDoNotAreCancelled() throws InterruptedException {
    for (boolean patient : new boolean[] {true, false}) {
      String service = "patient-" + patient;
      Greeter greeter =
          stage.greeter(new Greeter("slow", Greeter.builder("127.0.0.1"), Duration.ofSeconds(1)));
      RegisteredServer server =
          builder(greeter)
              .service(service)
              .quietPeriod(Duration.ZERO)
              .drainTimeout(patient ? Stage.SOON : Duration.ofMillis(50))
              .register();
      server.awaitRegistered(Stage.SOON);
      List<String> answers = new CopyOnWriteArrayList<>();
      Thread call =
          new Thread(
              () -> {
                try {
                  answers.add(Greeter.call(stage.channel(registry, service, "pick_first")));
                } catch (io.grpc.StatusRuntimeException e) {
                  answers.add(e.getStatus().getCode().name());
                }
              });
      call.start();
      Await.until("the call is there", Stage.SOON, () -> greeter.calls() == 1);
      server.close();
      call.join();
      assertEquals(List.of(patient ? "slow" : "CANCELLED"), answers);
    }
  }

  @Test
  void anInterruptShortensTheWaitingAndIsPreserved() throws InterruptedException {
    Greeter greeter = stage.greeter("a");
    RegisteredServer server =
        builder(greeter).service("orders").quietPeriod(Duration.ofMinutes(5)).register();
    server.awaitRegistered(Stage.SOON);
    boolean[] preserved = new boolean[1];
    Thread closer =
        new Thread(
            () -> {
              server.close();
              preserved[0] = Thread.currentThread().isInterrupted();
            });
    closer.start();
    Await.until("deregistered", Stage.SOON, () -> listed("orders").isEmpty());
    closer.interrupt();
    closer.join();
    assertTrue(preserved[0]);
    assertTrue(greeter.server().awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void aRegistryClosedTooEarlyDoesNotKeepTheServerUp() {
    Greeter greeter = stage.greeter("a");
    RegisteredServer server = builder(greeter).service("orders").register();
    registry.close();
    server.close();
    assertTrue(greeter.server().isTerminated());
  }

  @Test
  void inAnOutageLeavingEndsInTime() {
    Greeter greeter = stage.greeter("a");
    RegisteredServer server = builder(greeter).service("orders").register();
    server.awaitRegistered(Stage.SOON);
    store.stop();
    long start = System.nanoTime();
    server.close();
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
    assertTrue(greeter.server().isTerminated());
    assertFalse(registry.toString().contains("closed"));
  }

  @Test
  void aServerThatItsOwnerEndsIsDeregisteredOnce() {
    AtomicInteger leavings = new AtomicInteger();
    Greeter greeter = stage.greeter("a");
    RegisteredServer server =
        builder(greeter)
            .service("orders")
            .service("stock")
            .drainByWeight()
            .quietPeriod(Duration.ofMinutes(5))
            .beforeLeaving(leavings::incrementAndGet)
            .register();
    server.awaitRegistered(Stage.SOON);
    greeter.server().shutdownNow();
    Await.until(
        "deregistered", Stage.SOON, () -> listed("orders").isEmpty() && listed("stock").isEmpty());
    server.close();
    assertEquals(1, leavings.get());
    assertThrows(IllegalStateException.class, () -> server.setWeight(2));
  }

  @Test
  void nothingWaitsForTheEndOfAServerThatIsClosedOrWasRefused() {
    Greeter greeter = stage.greeter("a");
    Greeter refused = stage.greeter("b");
    stage.register(registry, "stock", refused);
    RegisteredServer server = builder(greeter).service("orders").register();
    assertThrows(IllegalStateException.class, () -> builder(refused).service("stock").register());
    Await.until("one waits", Stage.SOON, () -> waiting().size() == 1);
    assertTrue(waiting().get(0).isDaemon());
    // One that outlives its closing.
    ServerEnd end = ServerEnd.closing(refused.server(), CompletableFuture.completedFuture(server));
    Await.until("two wait", Stage.SOON, () -> waiting().size() == 2);
    end.ignore();
    Await.until("one waits again", Stage.SOON, () -> waiting().size() == 1);
    assertEquals(1, listed("orders").size());
    server.close();
    Await.until("none waits", Stage.SOON, () -> waiting().isEmpty());
  }

  private static List<Thread> waiting() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("discovery-grpc-server-end"))
        .toList();
  }
}
