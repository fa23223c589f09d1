package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.tck.Await;
import io.discovery.tck.TcpProxy;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a subscription shows, and that every doubt about it is an end. */
class EtcdSubscriptionTest extends EtcdTest {
  @Test
  void aListingThenChangesInCommitOrder() {
    etcd.put(namespace + "/s/a", "1");
    View view = open().watch("s");
    assertEquals(Map.of("a", "1"), view.records());
    etcd.put(namespace + "/s/b", "2");
    etcd.put(namespace + "/s/a", "3");
    etcd.delete(namespace, "s", "b");
    view.awaitRecords(Map.of("a", "3"));
    assertEquals(etcd.revision(), view.deltas().get(view.deltas().size() - 1).revision());
  }

  /** It is as large as the service, of which the engine has its own. */
  @Test
  void aListingIsNotHeldWhileTheWatchGoesOn() {
    etcd.put(namespace + "/s/a", "1");
    View view = open().watch("s");
    WeakReference<Entry> entry = view.forgetListing();
    Await.until(
        "the listing's entry is collected",
        SOON,
        () -> {
          System.gc();
          return entry.get() == null;
        });
    etcd.put(namespace + "/s/b", "2");
    view.awaitRecords(Map.of("a", "1", "b", "2"));
  }

  @Test
  void anAbsentServiceIsAnEmptyListingAndLeavesNothingBehind() {
    long revision = etcd.revision();
    View view = open().watch("s");
    assertEquals(revision, etcd.revision());
    assertEquals(revision, view.listing().orElseThrow().revision());
    etcd.put(namespace + "/s/a", "1");
    view.awaitRecords(Map.of("a", "1"));
  }

  @Test
  void neighboursAndDeeperKeysAreNotInstances() {
    Driver driver = open();
    View view = driver.watch("orders");
    String[] foreign = {
      "/orders-eu/a", "/orders", "/orders/", "/orders/x/y", "/Orders/a", "/order/a"
    };
    for (String key : foreign) {
      etcd.put(namespace + key, "foreign");
    }
    etcd.put(namespace + "/orders/%2F", "mine");
    view.awaitRecords(Map.of("%2F", "mine"));
    assertEquals(Map.of("%2F", "mine"), driver.watch("orders").records());
    assertEquals(1, driver.list("orders").entries().size());
    assertEquals(Set.of("orders-eu", "orders", "Orders", "order"), driver.services());
  }

  @Test
  void theEmptyNamespaceAndALeadingSlashAreKeptAsTheyAre() {
    Driver bare = open(config().withNamespace(""));
    bare.registered("s", "a", "1");
    etcd.put("/s/b", "another");
    etcd.put("s/c/d", "deeper");
    assertEquals(Map.of("a", "1"), bare.watch("s").records());
    assertEquals(Set.of("s"), bare.services());
    open(config().withNamespace("/x")).registered("s", "a", "2");
    assertEquals("2", etcd.record("/x", "s", "a").orElseThrow().getValue().toString());
  }

  @Test
  void aLongListIsOneRevisionWhateverThePages() {
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 250; i++) {
      etcd.put(namespace + "/s/" + i, "v" + i);
      expected.put("" + i, "v" + i);
    }
    Driver driver = open(config().with("etcd.page-size", "7"));
    assertEquals(expected, driver.watch("s").records());
    assertEquals(250, driver.list("s").entries().size());
    assertEquals(Set.of("s"), driver.services());
  }

  @Test
  void hugeRecordsOfOthersHideNothing() {
    String huge = "x".repeat(1_400_000);
    for (int i = 0; i < 60; i++) {
      etcd.put(namespace + "/s/" + i, huge);
    }
    etcd.put(namespace + "/s/small", "1");
    Listing listing = open().list("s");
    assertEquals(61, listing.entries().size());
  }

  @Test
  void aCleanEndOfTheStreamIsAnEnd() {
    endsBy(TcpProxy::finish);
  }

  @Test
  void aBrokenStreamIsAnEnd() {
    endsBy(TcpProxy::cut);
  }

  @Test
  void aRestartedServerIsAnEnd() {
    View view = open().watch("s");
    server.restart();
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
  }

  @Test
  void whatIsCommittedBetweenTwoCutsIsSeen() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()));
    View before = driver.watch("s");
    Map<String, String> expected = new TreeMap<>();
    proxy.refuse();
    for (int i = 0; i < 100; i++) {
      etcd.put(namespace + "/s/" + i, "v" + i);
      expected.put("" + i, "v" + i);
    }
    assertEquals(Reason.UNAVAILABLE, before.awaitEnd(SOON).reason());
    proxy.accept();
    View between = driver.subscribe("s");
    proxy.cut();
    etcd.put(namespace + "/s/last", "v");
    expected.put("last", "v");
    Await.until(
        "a view of everything, or an end and then a new one",
        SOON.multipliedBy(2),
        () -> between.records().equals(expected) || between.end().isPresent());
    if (between.end().isPresent()) {
      Await.until("the store answers again", SOON, () -> answers(driver));
      assertEquals(expected, driver.watch("s").records());
    }
  }

  @Test
  void compactedHistoryIsNoGap() {
    Driver driver = open();
    View view = driver.watch("s");
    for (int i = 0; i < 20; i++) {
      etcd.put(namespace + "/s/a", "" + i);
    }
    etcd.compact();
    // For a moment a watch is behind the store, which ends it if its history goes just then.
    Map<String, String> expected = Map.of("a", "19");
    Await.until(
        "a view of " + expected + ", or an end",
        SOON,
        () -> view.records().equals(expected) || view.end().isPresent());
    assertEquals(expected, driver.watch("s").records());
  }

  @Test
  void aWipedStoreIsAnEndAndAnotherStoreOfALowerRevision() {
    for (int i = 0; i < 20; i++) {
      etcd.put(namespace + "/s/a", "" + i);
    }
    Driver driver = open();
    View view = driver.watch("s");
    server.wipe();
    view.awaitEnd(SOON);
    Await.until("the store answers again", SOON, () -> answers(driver));
    View after = driver.watch("s");
    assertEquals(Map.of(), after.records());
    Listing then = view.listing().orElseThrow();
    Listing now = after.listing().orElseThrow();
    assertNotEquals(then.store(), now.store());
    assertTrue(now.revision() < then.revision(), now + " after " + then);
    // Raised by another process: a stream resumed at the old revision would be blind to these.
    etcd.put(namespace + "/s/b", "new");
    after.awaitRecords(Map.of("b", "new"));
  }

  @Test
  void aWipedStoreThatHasOvertakenUsIsAnotherStoreAndARestartedOneIsNot() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()));
    etcd.put(namespace + "/s/a", "1");
    Listing before = driver.watch("s").listing().orElseThrow();
    server.restart();
    Await.until("the store answers again", SOON, () -> answers(driver));
    assertEquals(before.store(), driver.watch("s").listing().orElseThrow().store());
    proxy.refuse();
    server.wipe();
    for (int i = 0; etcd.revision() <= before.revision() + 10; i++) {
      etcd.put(namespace + "/other/" + i, "unrelated");
    }
    proxy.accept();
    Await.until("the store answers again", SOON, () -> answers(driver));
    Listing overtaken = driver.watch("s").listing().orElseThrow();
    assertTrue(overtaken.revision() > before.revision());
    assertNotEquals(before.store(), overtaken.store());
  }

  @Test
  void aProbeProvesTheStreamAndFailsWithoutAnAnswer() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()));
    View view = driver.watch("s");
    for (int i = 0; i < 3; i++) {
      Driver.await(driver.probe(view.subscription));
    }
    proxy.blackHole();
    DiscoveryException silent =
        assertThrows(DiscoveryException.class, () -> Driver.await(driver.probe(view.subscription)));
    assertEquals(Reason.UNAVAILABLE, silent.reason());
    proxy.pass();
  }

  @Test
  void aClosedSubscriptionIsSilentAndReleasedByTheServer() {
    long watchers = etcd.watches();
    Driver driver = open();
    View closed = driver.watch("s");
    View open = driver.watch("s");
    assertEquals(watchers + 2, etcd.watches());
    driver.loop.call(
        () -> {
          closed.subscription.close();
          closed.subscription.close();
          return true;
        });
    Await.until("the server released one watch", SOON, () -> etcd.watches() == watchers + 1);
    etcd.put(namespace + "/s/a", "1");
    open.awaitRecords(Map.of("a", "1"));
    assertEquals(Map.of(), closed.records());
    assertTrue(closed.end().isEmpty());
  }

  private void endsBy(java.util.function.Consumer<TcpProxy> fault) {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()));
    View view = driver.watch("s");
    fault.accept(proxy);
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    Await.until("the store answers again", SOON, () -> answers(driver));
    // jetcd would have opened the stream again by now.
    hold(Duration.ofMillis(800), () -> proxy.open() <= 1 && view.records().isEmpty());
    assertEquals(1, proxy.open());
  }

  private static boolean answers(Driver driver) {
    try {
      driver.services();
      return true;
    } catch (DiscoveryException e) {
      return false;
    }
  }
}
