package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.Driver.TTL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.discovery.tck.TcpProxy;
import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection in outages, over reconnects, and at its end. */
class EtcdConnectionTest extends EtcdTest {
  @Test
  void aServerThatComesBackIsToldAndFoundEvenAfterALongOutage() {
    Driver driver = open();
    driver.services();
    server.kill();
    assertUnavailable(driver.begin(() -> driver.backend.list("s")), Duration.ofSeconds(3));
    // By now the channel's own back-off is well above what is promised.
    hold(Duration.ofSeconds(12), () -> driver.reachable.get() == 0);
    server.start();
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() > 0);
    driver.list("s");
  }

  @Test
  void aRecordSurvivesAnOutageShorterThanItsTtlWithoutAWrite() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()));
    List<Driver.Owned> owned = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      owned.add(driver.own("s", "i" + i, Duration.ofSeconds(4)));
      owned.get(i).take("v");
    }
    long revision = etcd.revision();
    for (int i = 0; i < 3; i++) {
      proxy.cut();
      hold(Duration.ofMillis(1500), () -> etcd.revision() == revision);
    }
    hold(Duration.ofSeconds(4), () -> etcd.revision() == revision);
    assertTrue(owned.stream().allMatch(each -> each.lost.isEmpty()));
  }

  @Test
  void everyOperationEndsInTimeWhenNobodyAnswers() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()).with("list-timeout", "3s"));
    Driver.Owned owned = driver.own("s", "a", Duration.ofSeconds(20));
    owned.take("1");
    View view = driver.watch("s");
    proxy.blackHole();
    assertUnavailable(driver.probe(view.subscription), Duration.ofSeconds(12));
    assertUnavailable(owned.start("2", Claim.HEAL), Duration.ofSeconds(3));
    assertUnavailable(driver.own("s", "b").start("1", Claim.TAKE_OVER), Duration.ofSeconds(3));
    assertUnavailable(driver.begin(() -> driver.backend.list("s")), Duration.ofSeconds(4));
    assertUnavailable(driver.begin(driver.backend::services), Duration.ofSeconds(4));
    assertUnavailable(driver.begin(owned.ownership::release), Duration.ofSeconds(3));
    proxy.pass();
  }

  @Test
  void shutdownEndsWhatIsInFlightAndLeavesNoThread() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = new Driver(config().withEndpoints(proxy.endpoint()));
    Driver.Owned owned = driver.registered("s", "a", "1");
    View view = driver.watch("s");
    proxy.blackHole();
    List<CompletableFuture<?>> inFlight =
        List.of(
            driver.begin(() -> driver.backend.list("s")),
            owned.start("2", Claim.HEAL),
            driver.probe(view.subscription));
    driver.close();
    for (CompletableFuture<?> each : inFlight) {
      assertTrue(each.isCompletedExceptionally(), "a stage still open after shutdown");
    }
    Await.until("threads end", SOON, () -> threads(driver.label).isEmpty());
    assertEquals(List.of(), threads("vert.x"));
    assertEquals(List.of(), threads("jetcd-watch"));
  }

  @Test
  void shutdownTakesTheRecordsAlong() {
    Driver driver = new Driver(config());
    driver.registered("s", "a", "1");
    driver.registered("t", "b", "2");
    driver.close();
    assertEquals(Map.of(), stored("s"));
    assertEquals(0, etcd.leases());
    assertThrows(
        DiscoveryException.class,
        () -> {
          try (Driver late = new Driver(config())) {
            late.loop.call(late.backend::shutdown);
            late.list("s");
          }
        });
  }

  @Test
  @Timeout(180)
  void fiveHundredLivesLeaveNothingBehind() {
    live(20);
    int threads = Thread.activeCount();
    long watchers = etcd.watches();
    live(500);
    Await.until("no more threads than before", SOON, () -> Thread.activeCount() <= threads + 5);
    assertEquals(0, etcd.leases());
    Await.until(
        "no more watches on the server than before", SOON, () -> etcd.watches() == watchers);
  }

  @Test
  void aClientOfTheCallerIsUsedAndNotClosed() {
    Client client = closing(Client.builder().endpoints("http://" + server.endpoint()).build());
    Driver driver = new Driver(new EtcdBackendProvider(client), config());
    Driver.Owned owned = driver.registered("s", "a", "1");
    View view = driver.watch("s");
    view.awaitRecords(Map.of("a", "1"));
    hold(TTL.plusSeconds(1), () -> owned.lost.isEmpty());
    driver.close();
    assertEquals(Map.of(), stored("s"));
    Etcd.await(client.getKVClient().get(Etcd.bytes("still-open")));
    Await.until("the watch is released", SOON, () -> etcd.watches() == 0);
  }

  @Test
  void aCallersClientThatIsClosedIsAnOutage() {
    Client client = Client.builder().endpoints("http://" + server.endpoint()).build();
    Driver driver = closing(new Driver(new EtcdBackendProvider(client), config()));
    View view = driver.watch("s");
    client.close();
    assertUnavailable(driver.begin(() -> driver.backend.list("s")), Duration.ofSeconds(11));
    assertTrue(view.awaitEnd(SOON).reason() == Reason.UNAVAILABLE);
  }

  private void live(int times) {
    for (int i = 0; i < times; i++) {
      try (Driver driver = new Driver(config())) {
        driver.registered("s", "a", "1");
        assertFalse(driver.watch("s").records().isEmpty());
      }
    }
  }

  private static List<String> threads(String part) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains(part))
        .toList();
  }

  private static void assertUnavailable(CompletableFuture<?> stage, Duration within) {
    long begun = System.nanoTime();
    DiscoveryException failure = assertThrows(DiscoveryException.class, () -> Driver.await(stage));
    assertEquals(Reason.UNAVAILABLE, failure.reason());
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertTrue(took.compareTo(within) <= 0, "took " + took + " (expected: at most " + within + ")");
  }
}
