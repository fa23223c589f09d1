package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import io.discovery.tck.EtcdServer;
import io.etcd.jetcd.KeyValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The stage of a driver test: one etcd for the class, started fresh, and for each test a namespace
 * that is emptied in the end, and the drivers that the test opened.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class EtcdTest {
  EtcdServer server;
  Etcd etcd;
  String namespace;
  private int tests;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  final void startServer() {
    Assumptions.assumeTrue(
        EtcdServer.disabled().isEmpty(), () -> EtcdServer.disabled().orElseThrow());
    server = EtcdServer.launch(flags());
    etcd = new Etcd(server);
    warmUp();
  }

  @AfterAll
  final void stopServer() {
    if (server != null) {
      etcd.close();
      server.close();
    }
  }

  @BeforeEach
  final void chooseNamespace() {
    namespace = "test/" + ++tests;
  }

  @AfterEach
  final void closeAll() throws Exception {
    server.start();
    closeDrivers();
    etcd.clear();
    Await.until("no lease is left", Duration.ofSeconds(20), () -> etcd.leases() == 0);
  }

  void closeDrivers() throws Exception {
    List<AutoCloseable> closing = List.copyOf(opened);
    opened.clear();
    for (AutoCloseable each : closing) {
      each.close();
    }
  }

  /** The first call of a JVM loads a thousand classes, which no test is about. */
  private void warmUp() {
    namespace = "warm-up";
    try (Driver driver = new Driver(config().with("request-timeout", "30s"))) {
      driver.registered("s", "a", "1").release();
    }
  }

  /** Flags for the server's command line. */
  String[] flags() {
    return new String[0];
  }

  RegistryConfig config() {
    return RegistryConfig.defaults()
        .withBackend("etcd")
        .withEndpoints(server.endpoint())
        .withNamespace(namespace);
  }

  /** Opens a driver that is closed in the end. */
  Driver open() {
    return open(config());
  }

  Driver open(RegistryConfig config) {
    return closing(new Driver(config));
  }

  <T extends AutoCloseable> T closing(T resource) {
    opened.add(0, resource);
    return resource;
  }

  /** Ends a driver as kill -9 would. */
  void abandon(Driver driver) {
    opened.remove(driver);
    driver.abandon();
  }

  KeyValue record(String service, String id) {
    return etcd.record(namespace, service, id)
        .orElseThrow(() -> new AssertionError("no record " + service + "/" + id));
  }

  /** What is in the store, as text. */
  Map<String, String> stored(String service) {
    Map<String, String> records = new TreeMap<>();
    etcd.read(namespace, service).forEach((id, value) -> records.put(id, new String(value, UTF_8)));
    return records;
  }

  /** Watches that a condition holds all the time. */
  static void hold(Duration time, BooleanSupplier condition) {
    long end = System.nanoTime() + time.toNanos();
    Await.until(
        "the time to watch is over",
        time.plusSeconds(5),
        () -> {
          if (!condition.getAsBoolean()) {
            throw new AssertionError("what shall hold for " + time + " does not");
          }
          return System.nanoTime() - end > 0;
        });
  }
}
