package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.spi.Listing;
import io.discovery.tck.Await;
import io.discovery.tck.TcpProxy;
import io.discovery.tck.ZooKeeperServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** Following a service, on a real server and without the engine: each trap of watches and reads. */
@Timeout(60)
class ZooKeeperSubscriptionTest {
  private static ZooKeeperServer server;
  private static RawClient operator;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private String root;
  private RegistryConfig config;

  @BeforeAll
  static void start() {
    server = ZooKeeperServer.launch();
    operator = RawClient.connect(server.endpoint());
  }

  @AfterAll
  static void stop() {
    operator.close();
    server.close();
  }

  @BeforeEach
  void namespace(TestInfo test) {
    root = "/" + test.getTestMethod().orElseThrow().getName();
    config =
        RegistryConfig.defaults()
            .withEndpoints(server.endpoint())
            .withNamespace(root)
            .withTtl(Duration.ofSeconds(4));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  private Driver open() {
    return open(config);
  }

  private Driver open(RegistryConfig with) {
    Driver driver = new Driver(with);
    opened.add(0, driver);
    return driver;
  }

  private TcpProxy proxy() {
    TcpProxy proxy = new TcpProxy(server.port());
    opened.add(proxy);
    return proxy;
  }

  private void put(String path, String value) {
    operator.put(root + path, Seen.bytes(value));
  }

  @Test
  void aMissingServiceIsEmptyAndStaysMissing() {
    Driver driver = open();
    Seen seen = driver.subscribe("a").awaitListing();
    assertEquals(Map.of(), seen.records());
    assertEquals(new Listing("", 0, List.of()), driver.call(b -> b.list("a")));
    assertEquals(Set.of(), driver.call(b -> b.services()));
    assertEquals(Optional.empty(), operator.stat(root));
    put("/a/1", "x");
    seen.awaitRecords(Map.of("1", "x"));
  }

  /** The watch on the path survives the path. */
  @Test
  void followsAServiceThroughDeletionAndCreation() {
    Seen seen = open().subscribe("a").awaitListing();
    for (int round = 0; round < 3; round++) {
      put("/a/1", "x" + round);
      seen.awaitRecords(Map.of("1", "x" + round));
      operator.deleteAll(root);
      seen.awaitRecords(Map.of());
    }
    assertEquals(Optional.empty(), seen.end());
  }

  @Test
  void seesNeitherNeighboursNorDeeperNodes() {
    put("/a/1", "x");
    put("/a/1/below", "deeper");
    put("/a-eu/1", "neighbour");
    put("/A/1", "other case");
    put("/1", "the namespace's own");
    Driver driver = open();
    Seen seen = driver.subscribe("a").awaitListing();
    put("/a/1/below", "changed");
    put("/a/1/below/deeper", "still");
    put("/ab/1", "neighbour");
    put("/a-eu/2", "neighbour");
    put("/a/2", "last");
    seen.awaitRecords(Map.of("1", "x", "2", "last"));
    assertEquals(List.of("+1=x", "+2=last"), seen.events());
    assertEquals(2, driver.call(b -> b.list("a")).entries().size());
    assertEquals(Set.of("a", "a-eu", "A", "ab"), driver.call(b -> b.services()));
  }

  /** What CuratorCache does not see: it compares versions, and the new node has the old one's. */
  @Test
  void seesANodeDeletedAndCreatedDuringACut() {
    put("/a/1", "before");
    TcpProxy proxy = proxy();
    Driver driver = open(config.withEndpoints(proxy.endpoint()));
    Seen seen = driver.subscribe("a").awaitRecords(Map.of("1", "before"));
    proxy.refuse();
    seen.awaitEnd();
    assertEquals(Reason.UNAVAILABLE, driver.probeFailure(seen.subscription).reason());
    operator.delete(root + "/a/1");
    put("/a/1", "after");
    proxy.accept();
    Await.until("connected again", Driver.SOON, () -> driver.reachableCalls() == 2);
    Seen again = driver.subscribe("a").awaitRecords(Map.of("1", "after"));
    put("/a/2", "live");
    again.awaitRecords(Map.of("1", "after", "2", "live"));
    assertEquals(Map.of("1", "before"), seen.records());
  }

  /** A transaction is one update: a removal would be a lie about a moment that never was. */
  @Test
  void aReplacedNodeIsNeverGone() {
    put("/a/1", "0");
    Seen seen = open().subscribe("a").awaitRecords(Map.of("1", "0"));
    for (int i = 1; i <= 100; i++) {
      byte[] value = Seen.bytes(Integer.toString(i));
      operator.call(
          zk ->
              zk.multi(
                  List.of(
                      Op.delete(root + "/a/1", -1),
                      Op.create(
                          root + "/a/1", value, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))));
    }
    seen.awaitRecords(Map.of("1", "100"));
    assertFalse(seen.events().contains("-1"), seen.events()::toString);
  }

  /** A watch needs no permission and says nothing; the read says it. */
  @Test
  void missingReadPermissionIsDenied() {
    ACL owner = new ACL(Perms.ALL, new Id("digest", digest("admin:secret")));
    put("", "");
    operator.put(root + "/a", Seen.bytes(""), Arrays.asList(owner), CreateMode.PERSISTENT);
    Driver stranger = open();
    assertEquals(Reason.DENIED, stranger.subscribe("a").awaitEnd().reason());
    assertEquals(Reason.DENIED, stranger.failure(b -> b.list("a")).reason());
    assertEquals(Set.of(), stranger.call(b -> b.services()));
    // A wrong password looks the same.
    Driver wrong = open(config.withCredentials("admin", "wrong"));
    var denied = wrong.subscribe("a").awaitEnd();
    assertEquals(Reason.DENIED, denied.reason());
    assertFalse(denied.getMessage().contains("wrong"), denied.getMessage());
    Driver admin = open(config.withCredentials("admin", "secret"));
    assertEquals(Map.of(), admin.subscribe("a").awaitListing().records());
  }

  @Test
  void anUnreadableRecordHidesNoOther() {
    put("/a/1", "x");
    ACL owner = new ACL(Perms.ALL, new Id("digest", digest("admin:secret")));
    operator.put(root + "/a/2", Seen.bytes("secret"), Arrays.asList(owner), CreateMode.PERSISTENT);
    // In place of what may not be read stands what is no text and no record.
    assertEquals(Map.of("1", "x", "2", "\uFFFD"), open().subscribe("a").awaitListing().records());
  }

  /** Whoever holds the credentials may write, anybody may read, nobody else may meddle. */
  @Test
  void credentialsProtectWhatTheyCreate() {
    Driver.Owner owner = open(config.withCredentials("app", "secret")).own("a", "1");
    owner.takeOver("x");
    assertEquals(Map.of("1", "x"), open().subscribe("a").awaitListing().records());
    Driver stranger = open();
    assertEquals(
        Reason.DENIED,
        stranger.own("a", "1").refused("y", io.discovery.spi.Write.Claim.TAKE_OVER).reason());
    assertEquals(
        Reason.DENIED,
        stranger.own("a", "2").refused("y", io.discovery.spi.Write.Claim.TAKE_OVER).reason());
    stranger.own("b", "1").takeOver("a service of its own");
    Driver same = open(config.withCredentials("app", "secret"));
    same.own("a", "1").takeOver("restarted");
  }

  @Test
  void readsTenThousandRecordsAtOnce() {
    String value = "v".repeat(512);
    Map<String, String> expected = new HashMap<>();
    put("/a", "");
    for (int from = 0; from < 10_000; from += 100) {
      List<Op> creates = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        expected.put("instance-" + i, value);
        creates.add(
            Op.create(
                root + "/a/instance-" + i,
                Seen.bytes(value),
                Ids.OPEN_ACL_UNSAFE,
                CreateMode.PERSISTENT));
      }
      operator.call(zk -> zk.multi(creates));
    }
    Driver driver = open();
    Seen seen = driver.subscribe("a").awaitListing();
    assertEquals(expected, seen.records());
    assertEquals(10_000, driver.call(b -> b.list("a")).entries().size());
  }

  /** Beyond the 1 MiB that a client takes by default. */
  @Test
  void readsAChildListAndRecordsOverOneMebibyte() {
    put("/a", "");
    String large = "x".repeat(1_000_000);
    for (int i = 0; i < 5; i++) {
      put("/a/large-" + i, large);
    }
    String tail = "n".repeat(200);
    for (int from = 0; from < 6_000; from += 100) {
      List<Op> creates = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        creates.add(
            Op.create(
                root + "/a/" + i + tail, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      }
      operator.call(zk -> zk.multi(creates));
    }
    Driver driver = open();
    Seen seen = driver.subscribe("a").awaitListing();
    assertEquals(6_005, seen.records().size());
    assertEquals(large, seen.records().get("large-4"));
    driver.probe(seen);
    assertEquals(Optional.empty(), seen.end());
  }

  /** A batch of them in one answer is more than a small server has memory for. */
  @Test
  void manyLargeRecordsDoNotKillTheServer() {
    put("/a", "");
    String large = "x".repeat(1_000_000);
    for (int i = 0; i < 60; i++) {
      put("/a/" + i, large);
    }
    Driver driver = open();
    assertEquals(60, driver.subscribe("a").awaitListing().records().size());
    assertEquals(60, driver.call(b -> b.list("a")).entries().size());
    assertTrue(server.isRunning());
    operator.deleteAll(root + "/a");
  }

  /** The server keeps a watch that its client has forgotten, unless all of the path are removed. */
  @Test
  void leavesNoWatchBehind() {
    Driver driver = open();
    long before = watches();
    for (int round = 0; round < 20; round++) {
      Seen seen = driver.subscribe("a").awaitListing();
      Seen other = driver.subscribe("a").awaitListing();
      driver.close(seen);
      put("/a/" + round, "x");
      Await.until("the other still sees", Driver.SOON, () -> !other.records().isEmpty());
      driver.close(other);
      operator.delete(root + "/a/" + round);
    }
    Await.until(
        () -> watches() + " watches, before " + before, Driver.SOON, () -> watches() == before);
  }

  /** Neither must a watch come back with the connection when nobody wants it any more. */
  @Test
  void leavesNoWatchBehindAfterACut() {
    TcpProxy proxy = proxy();
    Driver driver = open(config.withEndpoints(proxy.endpoint()));
    long before = watches();
    Seen seen = driver.subscribe("a").awaitListing();
    proxy.cut();
    seen.awaitEnd();
    Await.until("connected again", Driver.SOON, () -> driver.reachableCalls() == 2);
    driver.call(b -> b.list("a"));
    Await.until(
        () -> watches() + " watches, before " + before, Driver.SOON, () -> watches() == before);
  }

  /** On a lent client others may remove the watch; silence would look like peace. */
  @Test
  void endsWhenOthersRemoveItsWatchAndSparesTheirs() throws Exception {
    var client =
        org.apache.curator.framework.CuratorFrameworkFactory.newClient(
            server.endpoint(), 4_000, 4_000, (count, elapsed, sleeper) -> false);
    opened.add(client);
    client.start();
    client.blockUntilConnected();
    put("/a", "");
    ZooKeeper zk = client.getZookeeperClient().getZooKeeper();
    CountDownLatch childEvent = new CountDownLatch(1);
    zk.getChildren(
        root + "/a",
        event -> {
          if (event.getType() == Watcher.Event.EventType.NodeChildrenChanged) {
            childEvent.countDown();
          }
        });
    Driver driver = new Driver(new ZooKeeperBackendProvider(client), config);
    opened.add(0, driver);
    driver.close(driver.subscribe("a").awaitListing());
    Seen seen = driver.subscribe("a").awaitListing();
    put("/a/1", "x");
    assertTrue(childEvent.await(10, TimeUnit.SECONDS), "the lender's own watch");
    zk.removeAllWatches(root + "/a", Watcher.WatcherType.Any, false);
    assertEquals(Reason.UNAVAILABLE, seen.awaitEnd().reason());
  }

  /** Whatever happens to records and services, the revision grows while the data set lives. */
  @Test
  void theRevisionShrinksOnlyWithTheDataSet() {
    Driver driver = open();
    put("/a/1", "x");
    List<Runnable> changes =
        List.of(
            () -> put("/a/1", "y"),
            () -> put("/a/2", "x"),
            () -> operator.delete(root + "/a/2"),
            () -> operator.delete(root + "/a/1"),
            () -> operator.delete(root + "/a"),
            () -> put("/a/1", "again"));
    Listing last = driver.call(b -> b.list("a"));
    for (Runnable change : changes) {
      change.run();
      Listing next = driver.call(b -> b.list("a"));
      assertEquals(last.store(), next.store());
      assertTrue(next.revision() > last.revision(), next + " after " + last);
      last = next;
    }
    operator.deleteAll(root);
    assertEquals("", driver.call(b -> b.list("a")).store());
    put("/a/1", "x");
    assertNotEquals(last.store(), driver.call(b -> b.list("a")).store());
  }

  /** A namespace at the root, and one below a chroot that does not exist yet. */
  @Test
  void findsItsWayBelowAnyRoot() {
    Driver top = open(config.withNamespace(""));
    Driver.Owner owner = top.own(root.substring(1), "1");
    owner.takeOver("x");
    assertEquals(Optional.of("x"), operator.text(root + "/1"));
    assertTrue(top.call(b -> b.services()).contains(root.substring(1)));
    assertFalse(top.call(b -> b.services()).contains("zookeeper"));
    top.subscribe(root.substring(1)).awaitRecords(Map.of("1", "x"));
    owner.release();
    RegistryConfig below =
        config.withEndpoints(server.endpoint() + root + "/chroot").withNamespace("ns/deep");
    Driver chrooted = open(below);
    Seen seen = chrooted.subscribe("a").awaitListing();
    chrooted.own("a", "1").takeOver("y");
    seen.awaitRecords(Map.of("1", "y"));
    assertEquals(Optional.of("y"), operator.text(root + "/chroot/ns/deep/a/1"));
    assertEquals(Set.of("a"), chrooted.call(b -> b.services()));
  }

  private static String digest(String user) {
    try {
      return DigestAuthenticationProvider.generateDigest(user);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static long watches() {
    return ServerStatus.of(server.port()).number("zk_watch_count");
  }
}
