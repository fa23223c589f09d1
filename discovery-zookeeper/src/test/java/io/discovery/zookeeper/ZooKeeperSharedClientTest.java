package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

/**
 * Several registries on one lent client: its server knows one watch for a path, for all of them.
 */
class ZooKeeperSharedClientTest extends FrameProxyTest {

  @Test
  void whoLeavesTakesNoWatchAway() {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    long before = watches();
    for (int round = 0; round < 10; round++) {
      String id = Integer.toString(round);
      Driver leaving = round % 2 == 0 ? first : second;
      Driver staying = round % 2 == 0 ? second : first;
      Seen leaver = leaving.subscribe("a").awaitListing();
      Seen stayer = staying.subscribe("a").awaitListing();
      leaving.close(leaver);
      leaving.call(b -> b.services()); // behind the removal, if there were one
      put("/a/" + id, "x");
      Await.until(
          () -> "the other still sees; its end: " + stayer.end(),
          Driver.SOON,
          () -> stayer.records().containsKey(id));
      assertEquals(Optional.empty(), stayer.end());
      staying.close(stayer);
    }
    awaitWatches(before);
  }

  /** Its owner's own callbacks would wait for what a registry does. */
  @Test
  void noRegistryRunsOnItsThread() {
    Driver borrower = borrow(lent());
    Driver independent = open(proxied());
    for (Driver driver : List.of(borrower, independent)) {
      Seen seen = driver.subscribe("a").awaitListing();
      put("/a/" + driver.label(), "x");
      Await.until("the record", Driver.SOON, () -> seen.records().containsKey(driver.label()));
    }
    assertEquals(0, borrower.offers());
    assertNotEquals(0, independent.offers());
  }

  /** As at every resync, of each registry: the new subscription begins before the old one ends. */
  @Test
  void manyWhoComeAndGoAtOnceDoNotDisturbEachOther() throws InterruptedException {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    long before = watches();
    Seen stays = first.subscribe("a").awaitListing();
    List<Thread> threads =
        List.of(first, second).stream().map(driver -> new Thread(() -> comeAndGo(driver))).toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    put("/a/1", "x");
    stays.awaitRecords(Map.of("1", "x"));
    assertEquals(Optional.empty(), stays.end());
    first.close(stays);
    awaitWatches(before);
  }

  /** The removal by the last of one registry is on its way while the first of another comes. */
  @Test
  void whoComesNextDoesNotHearOfTheRemovalBefore() {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    long before = watches();
    for (int round = 0; round < 50; round++) {
      Driver driver = round % 2 == 0 ? first : second;
      Seen seen = driver.subscribe("a").awaitListing();
      driver.call(b -> b.services());
      assertEquals(Optional.empty(), seen.end());
      driver.close(seen);
    }
    awaitWatches(before);
  }

  private static void comeAndGo(Driver driver) {
    for (int round = 0; round < 200; round++) {
      Seen seen = driver.subscribe("a").awaitListing();
      driver.close(seen);
      if (seen.end().isPresent()) {
        throw new AssertionError("disturbed", seen.end().get());
      }
    }
  }

  @Test
  void aReconnectEndsAllAndLeavesNoWatchBehind() {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    long before = watches();
    Seen one = first.subscribe("a").awaitListing();
    Seen other = second.subscribe("a").awaitListing();
    proxy.cut();
    assertEquals(Reason.UNAVAILABLE, one.awaitEnd().reason());
    assertEquals(Reason.UNAVAILABLE, other.awaitEnd().reason());
    first.eventually(Driver.SOON, b -> b.list("a"));
    second.eventually(Driver.SOON, b -> b.list("a"));
    awaitWatches(before);
    Seen again = first.subscribe("a").awaitListing();
    second.close(second.subscribe("a").awaitListing());
    put("/a/1", "x");
    again.awaitRecords(Map.of("1", "x"));
    first.close(again);
    awaitWatches(before);
  }

  /**
   * The last removal is lost with the connection, and done again on the next by whoever is there.
   */
  @Test
  void aRemovalLostWithTheConnectionIsMadeByTheOthers() {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    long before = watches();
    Seen closed = first.subscribe("a").awaitListing();
    second.close(second.subscribe("a").awaitListing());
    var cut = proxy.next(Frame.request(OpCode.removeWatches), FrameProxy.LOST_AND_CUT);
    first.close(closed);
    first.close();
    cut.await();
    second.eventually(Driver.SOON, b -> b.list("a"));
    awaitWatches(before);
  }

  @Test
  void aNewSessionBeginsAnew() {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    long before = watches();
    Seen one = first.subscribe("a").awaitListing();
    Seen other = second.subscribe("a").awaitListing();
    ZooKeeper old = handle(client);
    endSession(old.getSessionId());
    one.awaitEnd();
    other.awaitEnd();
    first.eventually(Driver.SOON, b -> b.list("a"));
    second.eventually(Driver.SOON, b -> b.list("a"));
    assertNotSame(old, handle(client));
    Seen again = first.subscribe("a").awaitListing();
    second.close(second.subscribe("a").awaitListing());
    put("/a/1", "x");
    again.awaitRecords(Map.of("1", "x"));
    first.close(again);
    awaitWatches(before);
  }

  /** A registry that is closed with its views open leaves no watch to its lender either. */
  @Test
  void shutdownLeavesNoWatchBehind() {
    CuratorFramework client = lent();
    Driver first = borrow(client);
    first.call(b -> b.services());
    long before = watches();
    first.subscribe("a").awaitListing();
    first.close();
    awaitWatches(before);
  }

  @Test
  void handlesThatAreGoneAreForgotten() {
    WeakReference<ZooKeeper> handle = used();
    Await.until(
        "the handle is collected",
        Driver.SOON,
        () -> {
          System.gc();
          return handle.get() == null;
        });
  }

  /** A client takes no answer over 1 MiB unless its owner says so, and drops the connection. */
  @Test
  void smallRecordsBeforeTheLargestFitIntoTheBufferOfALentClient() {
    for (int i = 0; i < 300; i++) {
      put("/a/" + i, "small");
    }
    List<String> served = operator().children(root + "/a"); // not the order of their creation
    String large = "x".repeat(16 * 1024);
    served.subList(100, 300).forEach(id -> put("/a/" + id, large));
    assertReadsAll(300);
  }

  /** Others may write larger ones. */
  @Test
  void largeRecordsOfOthersFitIntoTheBufferOfALentClient() {
    String large = "x".repeat(200_000);
    for (int i = 0; i < 20; i++) {
      put("/a/" + i, large);
    }
    assertReadsAll(20);
  }

  private void assertReadsAll(int records) {
    CuratorFramework client = lent();
    Driver driver = borrow(client);
    assertEquals(records, driver.call(b -> b.list("a")).entries().size());
    assertEquals(records, driver.subscribe("a").awaitListing().records().size());
    assertEquals(1, driver.reachableCalls(), "connections");
    operator().deleteAll(root);
  }

  private WeakReference<ZooKeeper> used() {
    try (CuratorFramework client = connect()) {
      WeakReference<ZooKeeper> handle = new WeakReference<>(handle(client));
      try (Driver driver = new Driver(new ZooKeeperBackendProvider(client), proxied())) {
        driver.close(driver.subscribe("a").awaitListing());
        driver.subscribe("a").awaitListing();
      }
      return handle;
    }
  }

  /** Records of one transaction and one session, of which another registry replaces some. */
  @Test
  void whoCreatedManyTogetherKnowsItsOwn() {
    put("/a/other", "x");
    CuratorFramework client = lent();
    Driver first = borrow(client);
    Driver second = borrow(client);
    List<Driver.Owner> owners =
        IntStream.range(0, 10).mapToObj(i -> first.own("a", Integer.toString(i))).toList();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    proxy.next(Frame.request(OpCode.create2), FrameProxy.heldUntil(begun));
    var transaction = proxy.next(Frame.request(OpCode.multi, root + "/a/9"), FrameProxy.PASSED);
    var writes = owners.stream().map(owner -> owner.start("x", Claim.TAKE_OVER)).toList();
    first.onLoop(() -> begun.complete(null));
    writes.forEach(Driver::join);
    transaction.await();
    for (int taken : List.of(3, 9)) {
      second.own("a", Integer.toString(taken)).takeOver("x");
      owners.get(taken).awaitLoss();
      assertEquals(Reason.SUPERSEDED, owners.get(taken).refused("x", Claim.HEAL).reason());
    }
    Stat kept = stat("/a/8").orElseThrow();
    owners.get(8).heal("x");
    assertEquals(Optional.of(kept), stat("/a/8"));
    assertEquals(List.of(), owners.get(8).losses());
  }

  private CuratorFramework lent() {
    return closing(connect());
  }

  private CuratorFramework connect() {
    CuratorFramework client =
        CuratorFrameworkFactory.newClient(
            proxy.endpoint(), 6_000, 6_000, (count, elapsed, sleeper) -> false);
    client.start();
    handle(client);
    return client;
  }

  private static ZooKeeper handle(CuratorFramework client) {
    try {
      client.blockUntilConnected();
      return client.getZookeeperClient().getZooKeeper();
    } catch (Exception e) { // so Curator declares it
      throw new AssertionError("no handle", e);
    }
  }

  private Driver borrow(CuratorFramework client) {
    Driver driver = closing(new Driver(new ZooKeeperBackendProvider(client), proxied()));
    driver.call(b -> b.services());
    return driver;
  }

  private static long watches() {
    return status().number("zk_watch_count");
  }

  private static void awaitWatches(long expected) {
    Await.until(
        () -> watches() + " watches, expected " + expected,
        Driver.SOON,
        () -> watches() == expected);
  }
}
