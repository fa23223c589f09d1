package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.discovery.tck.ZooKeeperServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that end while a server of theirs is registered, and that have no grpc-services. */
final class ShutdownHookTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static ZooKeeperServer store;

  @TempDir Path directory;
  private final String namespace = "hook/" + UUID.randomUUID();
  private final Stage stage =
      new Stage(
          RegistryConfig.defaults()
              .withBackend("zookeeper")
              .withEndpoints(store.endpoint())
              .withNamespace(namespace));
  private final Registry registry = stage.registry();

  @BeforeAll
  static void launch() {
    store = ZooKeeperServer.launch();
  }

  @AfterAll
  static void end() {
    store.close();
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private Process child(ServerMain.End end) throws IOException {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                String.join(
                    File.pathSeparator,
                    Arrays.stream(path.split(File.pathSeparator))
                        .filter(entry -> !entry.contains("grpc-services"))
                        .toList()),
                ServerMain.class.getName(),
                store.endpoint(),
                namespace,
                end.name())
            .redirectErrorStream(true)
            .redirectOutput(log().toFile())
            .start();
    stage.atEnd(process::destroyForcibly);
    Await.until(
        () -> "the child is ready: " + said(),
        START,
        () -> said().contains("ready") || !process.isAlive());
    return process;
  }

  /** Sends SIGTERM; {@link Process#destroy} would close the child's standard input before. */
  private static void terminate(Process child) {
    assertTrue(child.toHandle().destroy());
  }

  private Path log() {
    return directory.resolve("child.log");
  }

  private List<String> said() {
    try {
      return Files.readString(log())
          .lines()
          .filter(line -> line.startsWith(ServerMain.SAYS))
          .map(line -> line.substring(ServerMain.SAYS.length()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String last() {
    return said().get(said().size() - 1);
  }

  private void awaitEnd(Process child, int code) throws InterruptedException {
    assertTrue(child.waitFor(START.toSeconds(), TimeUnit.SECONDS), () -> "hangs: " + said());
    assertEquals(code, child.exitValue(), () -> said().toString());
  }

  private int listed(String service) {
    return registry.list(service, Stage.SOON).instances().size();
  }

  @Test
  void aJvmThatIsTerminatedLeavesWithoutLosingACall() throws Exception {
    stage.greeter("stays", registry, "orders");
    Process child = child(ServerMain.End.HOOK);
    assertEquals(1, listed("stock"));
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", "round_robin"))) {
      traffic.awaitMoreFrom("stays", "child");
      terminate(child);
      awaitEnd(child, 143);
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
        said());
  }

  @Test
  void unaskedThereIsNoHook() throws Exception {
    Process child = child(ServerMain.End.UNPREPARED);
    terminate(child);
    awaitEnd(child, 143);
    assertEquals(1, listed("orders"), "goes with its time to live");
    assertEquals("ready", last());
  }

  @Test
  void hooksThatCloseTheSameServerWaitForEachOther() throws Exception {
    Process child = child(ServerMain.End.EXIT);
    awaitEnd(child, 0);
    assertEquals(0, listed("orders"));
    assertEquals("leaving", last());
    assertEquals(3, said().size(), () -> said().toString());
  }

  @Test
  void closingTakesTheHookBack() throws Exception {
    Process child = child(ServerMain.End.CLOSED);
    awaitEnd(child, 0);
    assertEquals(0, listed("orders"));
    assertEquals("leaving", last());
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
