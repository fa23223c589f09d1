package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.spi.Listing;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.discovery.tck.TcpProxy;
import io.discovery.tck.ZooKeeperServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** Connections and sessions that come, go and come back, on a real server, without the engine. */
@Timeout(120)
class ZooKeeperConnectionTest {
  private static ZooKeeperServer server;
  private static final Duration TTL = Duration.ofSeconds(4);
  private static final Duration CONVERGENCE = Duration.ofSeconds(5);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private String root;
  private RegistryConfig config;

  @BeforeAll
  static void start() {
    server = ZooKeeperServer.launch();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void namespace(TestInfo test) {
    root = "/" + test.getTestMethod().orElseThrow().getName();
    config =
        RegistryConfig.defaults().withEndpoints(server.endpoint()).withNamespace(root).withTtl(TTL);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
    server.start();
  }

  private <T extends AutoCloseable> T closing(T resource) {
    opened.add(0, resource);
    return resource;
  }

  /** A plain reconnect writes nothing and tells nobody of a loss (rule 2.8). */
  @Test
  void aReconnectOfAHundredRecordsWritesNothing() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = closing(new Driver(config.withEndpoints(proxy.endpoint())));
    RawClient operator = closing(RawClient.connect(server.endpoint()));
    List<Driver.Owner> owners =
        IntStream.range(0, 100).mapToObj(i -> driver.own("a", "id-" + i)).toList();
    owners.forEach(owner -> owner.takeOver("x"));
    Supplier<List<Stat>> stats =
        () ->
            IntStream.range(-1, 100)
                .mapToObj(i -> operator.stat(root + (i < 0 ? "/a" : "/a/id-" + i)).orElseThrow())
                .toList();
    List<Stat> before = stats.get();
    for (int cut = 1; cut <= 3; cut++) {
      proxy.cut();
      int reconnects = cut;
      Await.until("connected again", CONVERGENCE, () -> driver.reachableCalls() == 1 + reconnects);
      driver.call(b -> b.list("a")); // behind the looks at each record
    }
    assertEquals(before, stats.get());
    assertTrue(owners.stream().allMatch(owner -> owner.losses().isEmpty()));
    owners.get(7).heal("x");
    assertEquals(before, stats.get());
  }

  /** What happens to a record while nobody can see it is seen afterwards. */
  @Test
  void aReconnectFindsWhatWasLostMeanwhile() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = closing(new Driver(config.withEndpoints(proxy.endpoint())));
    RawClient operator = closing(RawClient.connect(server.endpoint()));
    Driver.Owner deleted = driver.own("a", "deleted");
    Driver.Owner recreated = driver.own("a", "recreated");
    Driver.Owner untouched = driver.own("a", "untouched");
    List.of(deleted, recreated, untouched).forEach(owner -> owner.takeOver("x"));
    proxy.refuse();
    assertEquals(Reason.UNAVAILABLE, driver.eventuallyFails(b -> deleted.startHeal("y")).reason());
    operator.delete(root + "/a/deleted");
    operator.delete(root + "/a/recreated");
    operator.put(root + "/a/recreated", Seen.bytes("x"));
    proxy.accept();
    recreated.awaitLoss();
    driver.eventually(CONVERGENCE, b -> deleted.startHeal("x"));
    assertEquals(Reason.SUPERSEDED, recreated.refused("x", Claim.HEAL).reason());
    assertEquals(List.of(), untouched.losses());
  }

  /**
   * Attempts fail at once in a lasting outage; they do not queue up in the client. Through a proxy
   * that lets nobody in before the server has started: one that connects while it does may never be
   * answered, since ZooKeeper's server trips over the refusal, and waits for a third of its
   * session, here longer than a view may take to come back.
   */
  @Test
  void attemptsFailAtOnceInAnOutage() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    RegistryConfig proxied = config.withEndpoints(proxy.endpoint());
    Driver driver = closing(new Driver(proxied.withTtl(Duration.ofSeconds(20))));
    Driver.Owner owner = driver.own("a", "1", Duration.ofSeconds(20));
    owner.takeOver("x");
    Seen seen = driver.subscribe("a").awaitListing();
    server.stop();
    proxy.refuse();
    assertEquals(Reason.UNAVAILABLE, seen.awaitEnd().reason());
    assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason()); // maybe a cut
    long start = System.nanoTime();
    assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason());
    assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.services()).reason());
    assertEquals(Reason.UNAVAILABLE, driver.subscribe("a").awaitEnd().reason());
    assertEquals(Reason.UNAVAILABLE, owner.refused("x", Claim.HEAL).reason());
    assertTook(Duration.ofMillis(500), start);
    server.start();
    proxy.accept();
    driver.eventually(CONVERGENCE, b -> b.list("a"));
    assertEquals(2, driver.reachableCalls());
    assertEquals(List.of(), owner.losses());
  }

  /** A cut fails nothing that is asked for until the client is back, if that is soon. */
  @Test
  void attemptsWaitOutACut() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = closing(new Driver(config.withEndpoints(proxy.endpoint())));
    boolean answered = false;
    // The client is back after up to a second, at random.
    for (int cut = 0; cut < 20 && !answered; cut++) {
      driver.eventually(CONVERGENCE, b -> b.list("a"));
      Seen seen = driver.subscribe("a").awaitListing();
      long start = System.nanoTime();
      proxy.cut();
      seen.awaitEnd();
      try {
        driver.call(b -> b.list("a"));
        answered = true;
      } catch (CompletionException late) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis >= 600, "refused after " + millis + " ms: " + late.getCause());
      }
    }
    assertTrue(answered, "no list after a cut was answered");
  }

  /** Nobody waits longer than that moment, though the client waits for an answer of its own. */
  @Test
  void attemptsDoNotWaitOutAnOutage() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    RegistryConfig proxied = config.withEndpoints(proxy.endpoint());
    Driver driver = closing(new Driver(proxied.withTtl(Duration.ofSeconds(20))));
    Seen seen = driver.subscribe("a").awaitListing();
    proxy.blackHole();
    proxy.cut();
    seen.awaitEnd();
    long start = System.nanoTime();
    assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason());
    assertTook(Duration.ofMillis(1_200), start);
  }

  /** A server that was never there: a bounded failure, and no waiting once it is there. */
  @Test
  void aServerThatWasNeverThereIsUnavailable() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    proxy.refuse();
    RegistryConfig nowhere = config.withEndpoints(proxy.endpoint());
    Driver driver = closing(new Driver(nowhere.with("request-timeout", "700ms")));
    for (int attempt = 0; attempt < 3; attempt++) {
      long start = System.nanoTime();
      assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason());
      assertTook(Duration.ofMillis(1_200), start);
    }
    proxy.accept();
    driver.eventually(CONVERGENCE, b -> b.list("a"));
  }

  /** A frozen server answers nothing: every stage ends by its own deadline. */
  @Test
  void everyStageEndsWhenNothingAnswers() {
    Driver driver =
        closing(new Driver(config.with("request-timeout", "500ms").with("list-timeout", "700ms")));
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    Seen seen = driver.subscribe("a").awaitListing();
    server.pause();
    long start = System.nanoTime();
    var write = owner.start("y", Claim.HEAL);
    var list = driver.start(b -> b.list("a"));
    var services = driver.start(b -> b.services());
    var probe = driver.start(b -> seen.subscription.probe());
    Seen late = driver.subscribe("a");
    assertEquals(Reason.UNAVAILABLE, late.awaitEnd().reason());
    for (var stage : List.of(write, list, services, probe)) {
      assertEquals(Reason.UNAVAILABLE, Driver.reason(stage));
    }
    assertTook(Duration.ofMillis(1_500), start);
    server.resume();
    driver.eventually(CONVERGENCE, b -> owner.startHeal("z"));
    assertEquals(
        Optional.of("z"), RawClient.with(server.endpoint(), client -> client.text(root + "/a/1")));
  }

  /** A wiped server refuses clients that have seen more than it has, until they give up. */
  @Test
  void findsItsWayBackToAWipedServer() {
    Driver driver = closing(new Driver(config));
    Driver.Owner owner = driver.own("a", "1");
    for (int i = 0; i < 50; i++) {
      owner.heal("x" + i);
    }
    var before = driver.call(b -> b.list("a"));
    server.wipe();
    long start = System.nanoTime();
    owner.awaitLoss();
    driver.eventually(CONVERGENCE, b -> owner.startHeal("x"));
    assertTook(TTL.plus(CONVERGENCE), start);
    var after = driver.call(b -> b.list("a"));
    assertNotEquals(before.store(), after.store());
    assertEquals(1, after.entries().size());
    driver.subscribe("a").awaitRecords(Map.of("1", "x"));
  }

  @Test
  void aLentClientStaysOpen() throws Exception {
    CuratorFramework client =
        closing(
            CuratorFrameworkFactory.builder()
                .connectString(server.endpoint())
                .sessionTimeoutMs(6_000)
                .connectionTimeoutMs(6_000)
                .namespace("lent")
                .retryPolicy((count, elapsed, sleeper) -> false)
                .build());
    client.start();
    client.blockUntilConnected();
    long session = client.getZookeeperClient().getZooKeeper().getSessionId();
    for (int round = 0; round < 3; round++) {
      Driver driver = new Driver(new ZooKeeperBackendProvider(client), config);
      Driver.Owner owner = driver.own("a", "1", Duration.ofSeconds(30));
      assertEquals(Duration.ofSeconds(6), owner.takeOver("x"));
      driver.subscribe("a").awaitRecords(Map.of("1", "x"));
      assertEquals(List.of("1"), client.getChildren().forPath(root + "/a"));
      owner.release();
      driver.close();
      assertEquals(CuratorFrameworkState.STARTED, client.getState());
      assertEquals(List.of(), client.getChildren().forPath(root + "/a"));
      assertEquals(session, client.getZookeeperClient().getZooKeeper().getSessionId());
    }
  }

  @Test
  void aLentClientThatIsClosedByItsOwnerIsUnavailable() throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.newClient(
            server.endpoint(), 6_000, 6_000, (count, elapsed, sleeper) -> false);
    client.start();
    Driver driver = closing(new Driver(new ZooKeeperBackendProvider(client), config));
    driver.eventually(CONVERGENCE, b -> b.list("a"));
    Seen seen = driver.subscribe("a").awaitListing();
    client.close();
    assertEquals(Reason.UNAVAILABLE, seen.awaitEnd().reason());
    assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason());
  }

  /** Within the engine's patience, whatever the state of the server, and without a trace. */
  @Test
  void shutdownIsShortAndLeavesNothing() {
    try (TcpProxy proxy = new TcpProxy(server.port())) {
      for (Runnable fault : List.<Runnable>of(() -> {}, proxy::refuse, proxy::blackHole)) {
        proxy.pass();
        proxy.accept();
        Driver driver = new Driver(config.withEndpoints(proxy.endpoint()));
        driver.own("a", "1").takeOver("x");
        driver.own("a", "2", Duration.ofSeconds(8)).takeOver("x");
        fault.run();
        long start = System.nanoTime();
        driver.close();
        assertTook(Duration.ofMillis(2_400), start);
        assertNoThreads(driver);
      }
      proxy.blackHole();
      Driver never = new Driver(config.withEndpoints(proxy.endpoint()));
      CompletableFuture<Listing> pending = never.start(b -> b.list("a"));
      long start = System.nanoTime();
      never.close();
      assertTook(Duration.ofMillis(2_400), start);
      assertNoThreads(never);
      assertTrue(pending.isCompletedExceptionally());
    }
  }

  /** Closing takes the session along, so its records go at once. */
  @Test
  void shutdownEndsTheSession() {
    Driver driver = new Driver(config);
    driver.own("a", "1").takeOver("x");
    driver.close();
    Driver other = closing(new Driver(config));
    assertEquals(List.of(), other.call(b -> b.list("a")).entries());
  }

  @Test
  void fiftyCyclesLeaveNothing() {
    long sessions = ServerStatus.of(server.port()).number("zk_global_sessions");
    long threads = 0;
    for (int cycle = 0; cycle < 50; cycle++) {
      try (Driver driver = new Driver(config)) {
        driver.own("a", "1").takeOver("x");
        driver.subscribe("a").awaitRecords(Map.of("1", "x"));
      }
      if (cycle == 10) {
        threads = Thread.getAllStackTraces().size();
      }
    }
    assertTrue(Thread.getAllStackTraces().size() <= threads + 2, "threads: before " + threads);
    ServerStatus status = ServerStatus.of(server.port());
    assertTrue(status.number("zk_global_sessions") <= sessions, status::text);
    assertEquals(0, status.number("zk_watch_count"));
    assertEquals(0, status.number("zk_ephemerals_count"));
  }

  /** The thread that completed the stage may be just ending. */
  private static void assertNoThreads(Driver driver) {
    Await.until(
        () -> "no threads: " + threads(driver),
        Duration.ofMillis(200),
        () -> threads(driver).isEmpty());
  }

  private static List<String> threads(Driver driver) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(driver.label() + "-"))
        .toList();
  }

  private static void assertTook(Duration limit, long start) {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertFalse(took.compareTo(limit) > 0, "took " + took + ", limit " + limit);
  }
}
