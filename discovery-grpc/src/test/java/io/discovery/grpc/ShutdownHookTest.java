package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.discovery.tck.ZooKeeperServer;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that end while a server of theirs is registered, and that have no grpc-services. */
final class ShutdownHookTest {
  private static ZooKeeperServer store;

  @TempDir Path directory;
  private final RegistryConfig config =
      RegistryConfig.defaults()
          .withBackend("zookeeper")
          .withEndpoints(store.endpoint())
          .withNamespace("hook/" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(config);
  private final Registry registry = stage.registry();

  @BeforeAll
  static void launch() {
    store = ZooKeeperServer.launch();
  }

  @AfterAll
  static void end() {
    store.close();
  }

  private ChildServer child(ServerMain.End end) {
    ChildServer child = ChildServer.start(config, end, directory);
    stage.atEnd(child::close);
    return child;
  }

  private int listed(String service) {
    return registry.list(service, Stage.SOON).instances().size();
  }

  @Test
  void aJvmThatIsTerminatedLeavesWithoutLosingACall() throws Exception {
    stage.greeter("stays", registry, "orders");
    ChildServer child = child(ServerMain.End.HOOK);
    assertEquals(1, listed("stock"));
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", "round_robin"))) {
      traffic.awaitMoreFrom("stays", "child");
      child.terminate();
      child.awaitEnd(143);
      assertEquals(1, listed("orders"));
      assertEquals(0, listed("stock"));
      traffic.awaitMoreFrom("stays");
      traffic.assertNoFailure();
    }
    assertEquals(
        List.of(
            "health: grpc-services is not there (expected: io.grpc:grpc-services on the class path)",
            "ready",
            "leaving"),
        child.said());
  }

  @Test
  void unaskedThereIsNoHook() throws Exception {
    ChildServer child = child(ServerMain.End.UNPREPARED);
    child.terminate();
    child.awaitEnd(143);
    assertEquals(1, listed("orders"), "goes with its time to live");
    assertEquals("ready", child.last());
  }

  @Test
  void hooksThatCloseTheSameServerWaitForEachOther() throws Exception {
    ChildServer child = child(ServerMain.End.EXIT);
    child.awaitEnd(0);
    assertEquals(0, listed("orders"));
    assertEquals("leaving", child.last());
    assertEquals(3, child.said().size(), () -> child.said().toString());
  }

  @Test
  void closingTakesTheHookBack() throws Exception {
    ChildServer child = child(ServerMain.End.CLOSED);
    child.awaitEnd(0);
    assertEquals(0, listed("orders"));
    assertEquals("leaving", child.last());
  }

  /** The store has acknowledged the record, and register() has not returned, when the JVM ends. */
  @Test
  void aJvmThatEndsWhileItRegistersLeavesNoRecord() throws Exception {
    ChildServer child = child(ServerMain.End.REGISTERING);
    child.awaitEnd(0);
    assertEquals(0, listed("orders"));
    assertEquals(0, listed("stock"));
    assertTrue(child.said().contains("leaving"), child.said()::toString);
  }

  @Test
  void aServerThatWasClosedIsNotHeld() {
    try (Stage local = new Stage(MemoryStore.named("hook-" + UUID.randomUUID()).config())) {
      WeakReference<RegisteredServer> closed = closed(local.registry());
      Await.until(
          "collected",
          Stage.SOON,
          () -> {
            System.gc();
            return closed.refersTo(null);
          });
    }
  }

  private static WeakReference<RegisteredServer> closed(Registry registry) {
    RegisteredServer server =
        RegisteredServer.builder(registry, Greeter.builder("127.0.0.1"))
            .advertise("127.0.0.1")
            .quietPeriod(Duration.ZERO)
            .service("orders")
            .shutdownHook()
            .register();
    server.awaitRegistered(Stage.SOON);
    server.close();
    return new WeakReference<>(server);
  }
}
