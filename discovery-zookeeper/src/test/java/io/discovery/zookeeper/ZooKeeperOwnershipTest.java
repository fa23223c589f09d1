package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
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
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** One record: what a write, a release and a loss do, on a real server and without the engine. */
@Timeout(60)
class ZooKeeperOwnershipTest {
  private static ZooKeeperServer server;
  private static RawClient operator;
  private static final Duration TTL = Duration.ofSeconds(4);

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
        RegistryConfig.defaults().withEndpoints(server.endpoint()).withNamespace(root).withTtl(TTL);
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

  private Stat stat(String path) {
    return operator.stat(root + path).orElseThrow(() -> new AssertionError("no node " + path));
  }

  private void assertHolds(String path, String value) {
    assertEquals(Optional.of(value), operator.text(root + path));
  }

  @Test
  void updatesInPlaceAndLeavesEqualContentAlone() {
    Driver.Owner owner = open().own("a", "1");
    assertEquals(TTL, owner.takeOver("x"));
    Stat first = stat("/a/1");
    owner.heal("x");
    assertEquals(first, stat("/a/1"));
    owner.heal("y");
    Stat second = stat("/a/1");
    assertEquals(first.getCzxid(), second.getCzxid());
    assertHolds("/a/1", "y");
    owner.release();
    assertEquals(Optional.empty(), operator.stat(root + "/a/1"));
  }

  /** Armeria's reader ignores data changes, so an instance that moves is a new node. */
  @Test
  void replacesARelocatedRecordInOneTransaction() {
    Driver driver = open();
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    Stat first = stat("/a/1");
    Seen seen = driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    owner.relocate("y");
    assertNotEquals(first.getCzxid(), stat("/a/1").getCzxid());
    seen.awaitRecords(Map.of("1", "y"));
    assertFalse(seen.events().contains("-1"), seen.events()::toString);
    assertEquals(List.of(), owner.losses());
  }

  @Test
  void takesOverAtOnceAndTheLoserLetsGo() {
    Driver observer = open();
    Driver.Owner first = open().own("a", "1");
    Driver.Owner second = open().own("a", "1");
    first.takeOver("first");
    Seen seen = observer.subscribe("a").awaitRecords(Map.of("1", "first"));
    second.takeOver("second");
    first.awaitLoss();
    assertEquals(Reason.SUPERSEDED, first.refused("first", Claim.HEAL).reason());
    first.release();
    assertHolds("/a/1", "second");
    seen.awaitRecords(Map.of("1", "second"));
    assertFalse(seen.events().contains("-1"), seen.events()::toString);
    assertEquals(List.of(), second.losses());
    second.release();
    assertEquals(Optional.empty(), operator.stat(root + "/a/1"));
  }

  /** Eight owners in a row: no version comes back that an earlier one may still hold. */
  @Test
  void noSuccessorHasAVersionOfItsPredecessors() {
    List<Integer> versions = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      open().own("a", "1").takeOver("owner " + i);
      versions.add(stat("/a/1").getVersion());
      assertHolds("/a/1", "owner " + i);
    }
    assertEquals(List.of(0, 2, 3, 4, 5, 6, 7, 8, 9), versions);
  }

  /** A restart with the same id: the old session's end must not take the new node along. */
  @Test
  void outlivesTheOldSessionAfterARestart() {
    Driver old = open();
    old.own("a", "1").takeOver("old");
    long oldSession = stat("/a/1").getEphemeralOwner();
    Driver.Owner restarted = open().own("a", "1");
    restarted.takeOver("new");
    RawClient.endSession(server.endpoint(), oldSession);
    restarted.heal("new");
    assertHolds("/a/1", "new");
    assertNotEquals(oldSession, stat("/a/1").getEphemeralOwner());
    assertEquals(List.of(), restarted.losses());
  }

  @Test
  void healsARecordDeletedByAnOperator() {
    Driver.Owner owner = open().own("a", "1");
    owner.takeOver("x");
    for (int round = 0; round < 3; round++) {
      int losses = owner.losses().size();
      operator.delete(root + "/a/1");
      Await.until("another loss", Driver.SOON, () -> owner.losses().size() == losses + 1);
      owner.heal("x");
      assertHolds("/a/1", "x");
    }
  }

  @Test
  void healsContentOverwrittenByAnOperator() {
    Driver.Owner owner = open().own("a", "1");
    owner.takeOver("x");
    operator.put(root + "/a/1", Seen.bytes("garbage"));
    owner.awaitLoss();
    owner.heal("x");
    assertHolds("/a/1", "x");
  }

  @Test
  void treatsAnOperatorsNodeAsForeign() {
    operator.put(root + "/a/1", Seen.bytes("operator"));
    Driver.Owner owner = open().own("a", "1");
    assertEquals(Reason.SUPERSEDED, owner.refused("x", Claim.HEAL).reason());
    owner.release();
    assertHolds("/a/1", "operator");
    Driver.Owner other = open().own("a", "1");
    other.takeOver("x");
    assertHolds("/a/1", "x");
    assertNotEquals(0, stat("/a/1").getEphemeralOwner());
  }

  @Test
  void saysWhatIsInTheWay() {
    operator.put(root + "/a/1/below", Seen.bytes("an operator's child"));
    assertEquals(Reason.REJECTED, open().own("a", "1").refused("x", Claim.TAKE_OVER).reason());
    operator.put(root + "/b", Seen.bytes(""), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    assertEquals(Reason.REJECTED, open().own("b", "1").refused("x", Claim.TAKE_OVER).reason());
  }

  @Test
  void refusesWhatZooKeeperCannotHoldAndStaysConnected() {
    Driver driver = open();
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    var failure = owner.refused("x".repeat(1_000_001), Claim.HEAL);
    assertEquals(Reason.REJECTED, failure.reason());
    assertTrue(failure.getMessage().contains("1000001 bytes"), failure.getMessage());
    owner.heal("x".repeat(1_000_000));
    owner.heal("y");
    assertEquals(List.of(), owner.losses());
    assertEquals(1, driver.reachableCalls());
  }

  @Test
  void claimsAgainAfterItsSessionWasEnded() {
    Driver driver = open();
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    long session = stat("/a/1").getEphemeralOwner();
    RawClient.endSession(server.endpoint(), session);
    owner.awaitLoss();
    owner.heal("x");
    assertNotEquals(session, stat("/a/1").getEphemeralOwner());
    assertEquals(1, owner.losses().size());
  }

  /** The dying session's node is still there: "exists, fine" would lose the record with it. */
  @Test
  void replacesTheNodeOfItsOwnEarlierSession() {
    Driver driver = open();
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    Stat first = stat("/a/1");
    operator.close();
    server.stop();
    // The client gives its session up; a restarted server gives it a full timeout.
    owner.awaitLoss();
    server.start();
    // Not the old one again: a server that starts may accept a connection and forget it, which a
    // client notices after most of its session.
    operator = RawClient.connect(server.endpoint());
    driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
    Stat second = stat("/a/1");
    assertNotEquals(first.getEphemeralOwner(), second.getEphemeralOwner());
    RawClient.endSession(server.endpoint(), first.getEphemeralOwner());
    assertEquals(second, stat("/a/1"));
  }

  /** Written, but the answer never came. */
  @Test
  void recognisesItsOwnUnansweredWrite() {
    TcpProxy proxy = proxy();
    Driver driver = open(config.withEndpoints(proxy.endpoint()));
    driver.own("a", "0").takeOver("x");
    Driver.Owner owner = driver.own("a", "1");
    proxy.blackHole(false, true);
    CompletableFuture<Duration> write = owner.start("x", Claim.TAKE_OVER);
    Await.until("it is written", Driver.SOON, () -> operator.stat(root + "/a/1").isPresent());
    Stat written = stat("/a/1");
    assertEquals(Reason.UNAVAILABLE, Driver.reason(write));
    proxy.cut();
    proxy.pass();
    driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
    assertEquals(written, stat("/a/1"));
    owner.heal("y");
    assertEquals(written.getCzxid(), stat("/a/1").getCzxid());
    assertEquals(List.of(), owner.losses());
  }

  /** Written, but the answer never came, and then it is to go. */
  @Test
  void removesItsOwnUnansweredWrite() {
    TcpProxy proxy = proxy();
    Driver driver = open(config.withEndpoints(proxy.endpoint()));
    driver.own("a", "0").takeOver("x");
    Driver.Owner owner = driver.own("a", "1");
    proxy.blackHole(false, true);
    CompletableFuture<Duration> write = owner.start("x", Claim.TAKE_OVER);
    Await.until("it is written", Driver.SOON, () -> operator.stat(root + "/a/1").isPresent());
    assertEquals(Reason.UNAVAILABLE, Driver.reason(write));
    proxy.cut();
    proxy.pass();
    driver.eventually(Driver.SOON, b -> owner.startRelease());
    assertEquals(Optional.empty(), operator.stat(root + "/a/1"));
  }

  /** Two registries on one lent session: the owner's id is the same, the incarnation is not. */
  @Test
  void tellsRegistriesOnOneSessionApart() throws Exception {
    var client =
        org.apache.curator.framework.CuratorFrameworkFactory.newClient(
            server.endpoint(), 4_000, 4_000, (count, elapsed, sleeper) -> false);
    opened.add(client);
    client.start();
    client.blockUntilConnected();
    Driver one = new Driver(new ZooKeeperBackendProvider(client), config);
    opened.add(0, one);
    Driver two = new Driver(new ZooKeeperBackendProvider(client), config);
    opened.add(0, two);
    Driver.Owner first = one.own("a", "1");
    Driver.Owner second = two.own("a", "1");
    first.takeOver("first");
    second.takeOver("second");
    first.awaitLoss();
    assertEquals(Reason.SUPERSEDED, first.refused("first", Claim.HEAL).reason());
    first.release();
    assertHolds("/a/1", "second");
    assertEquals(List.of(), second.losses());
  }

  /** One session for each time to live, opened when used and closed when nobody needs it. */
  @Test
  void eachTimeToLiveHasASession() {
    Driver driver = open();
    Driver.Owner usual = driver.own("a", "1");
    Driver.Owner slow = driver.own("a", "2", Duration.ofSeconds(7));
    Driver.Owner slowToo = driver.own("a", "3", Duration.ofSeconds(7));
    assertEquals(TTL, usual.takeOver("x"));
    assertEquals(Duration.ofSeconds(7), slow.takeOver("x"));
    assertEquals(Duration.ofSeconds(7), slowToo.takeOver("x"));
    assertEquals(stat("/a/2").getEphemeralOwner(), stat("/a/3").getEphemeralOwner());
    assertNotEquals(stat("/a/1").getEphemeralOwner(), stat("/a/2").getEphemeralOwner());
    assertEquals(1, threads(driver, "-PT7S-SendThread"));
    slow.release();
    slowToo.heal("y");
    slowToo.release();
    Await.until("its threads end", Driver.SOON, () -> threads(driver, "-PT7S") == 0);
    assertEquals(List.of("1"), operator.children(root + "/a"));
    assertEquals(Duration.ofSeconds(7), driver.own("a", "2", Duration.ofSeconds(7)).takeOver("z"));
  }

  /**
   * A reaped or deleted parent is made again, with no data: the client's default is its address.
   */
  @Test
  void makesParentsAgain() {
    Driver driver = open();
    Driver.Owner first = driver.own("a", "1");
    first.takeOver("x");
    first.release();
    operator.deleteAll(root);
    Driver.Owner second = driver.own("a", "2");
    second.takeOver("x");
    for (String parent : List.of("", "/a")) {
      assertEquals(0, operator.data(root + parent).orElseThrow().length);
    }
  }

  private static long threads(Driver driver, String part) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(driver.label() + part))
        .count();
  }
}
