package io.discovery.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** The stage of a test on a fake etcd: a new one for each test, and what the test opens on it. */
@Timeout(60)
abstract class FakeEtcdTest {
  FakeEtcd etcd;
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** The first call of a JVM loads a thousand classes, which no test is about. */
  @BeforeAll
  static void warmUp() {
    try (FakeEtcd etcd = new FakeEtcd()) {
      Driver driver = new Driver(config(etcd).with("request-timeout", "1m"));
      Driver.Owned owned = driver.own("s", "a");
      owned.start("1", Claim.TAKE_OVER).orTimeout(1, TimeUnit.MINUTES).join();
      Await.until("a first watch", Duration.ofMinutes(1), () -> watches(driver));
      driver.begin(driver.backend::shutdown).orTimeout(1, TimeUnit.MINUTES).join();
      driver.loop.close();
    }
  }

  private static boolean watches(Driver driver) {
    View view = driver.subscribe("s");
    Await.until(
        "a listing or an end",
        Duration.ofMinutes(1),
        () -> view.listing().isPresent() || view.end().isPresent());
    return view.listing().isPresent();
  }

  @BeforeEach
  final void startServer() {
    etcd = new FakeEtcd();
  }

  @AfterEach
  final void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    etcd.close();
  }

  /** With more patience than the defaults: what is late by intent is so by more than that. */
  RegistryConfig config() {
    return config(etcd).with("request-timeout", "8s");
  }

  private static RegistryConfig config(FakeEtcd etcd) {
    return RegistryConfig.defaults()
        .withBackend("etcd")
        .withEndpoints(etcd.endpoint())
        .withNamespace("n");
  }

  Driver open() {
    return closing(new Driver(config()));
  }

  <T extends AutoCloseable> T closing(T resource) {
    opened.add(0, resource);
    return resource;
  }

  static DiscoveryException assertFails(Reason reason, CompletableFuture<?> stage) {
    DiscoveryException failure = assertThrows(DiscoveryException.class, () -> Driver.await(stage));
    assertEquals(reason, failure.reason(), failure::toString);
    return failure;
  }
}
