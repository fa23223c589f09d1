package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.spi.Listing;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.Test;

/** What becomes of a view when single messages of its watch and its reads do not arrive. */
class ZooKeeperWatchCornersTest extends FrameProxyTest {

  /**
   * Nobody can see that an event is missing. The view is wrong about one record until something
   * reads that one again: its next event, or a new subscription, as after any reconnect.
   */
  @Test
  void aLostNotificationIsMadeGoodByTheNextOfTheSameRecordOrBySubscribingAgain() {
    put("/a/1", "x");
    put("/a/2", "x");
    Driver driver = open(proxied());
    Seen seen = driver.subscribe("a").awaitRecords(Map.of("1", "x", "2", "x"));
    for (String id : List.of("1", "2")) {
      var lost = proxy.next(Frame.notification(root + "/a/" + id), FrameProxy.LOST);
      put("/a/" + id, "y");
      lost.await();
    }
    put("/a/3", "x");
    seen.awaitRecords(Map.of("1", "x", "2", "x", "3", "x"));
    put("/a/1", "z");
    seen.awaitRecords(Map.of("1", "z", "2", "x", "3", "x"));
    driver.close(seen);
    driver.subscribe("a").awaitRecords(Map.of("1", "z", "2", "y", "3", "x"));
  }

  /**
   * The same as an application sees it: by the resync at the latest, by another watcher at once.
   */
  @Test
  void aLostNotificationIsMadeGoodByTheResyncOrByAnotherWatcher() {
    try (Registry writer = Registries.open(direct());
        Registry patient = Registries.open(proxied());
        Registry eager = Registries.open(proxied().with("resync-interval", "3s"))) {
      writer.register(instance(1)).awaitRegistered(Driver.SOON);
      String added = root + "/a/" + instance(2).id();
      Watcher patientView = patient.watch("a", all -> {});
      Watcher eagerView = eager.watch("a", all -> {});
      await(patientView, 1);
      await(eagerView, 1);
      // One each; the eager view gets none if it is just being read again.
      var lost = proxy.next(Frame.notification(added), FrameProxy.LOST);
      proxy.next(Frame.notification(added), FrameProxy.LOST);
      writer.register(instance(2)).awaitRegistered(Driver.SOON);
      lost.await();
      await(eagerView, 2);
      assertEquals(1, size(patientView));
      patient.watch("a", all -> {});
      await(patientView, 2);
    }
  }

  @Test
  void aNotificationThatComesTwiceIsOneChange() {
    List<Snapshot> shown = new CopyOnWriteArrayList<>();
    try (Registry writer = Registries.open(direct());
        Registry reader = Registries.open(proxied())) {
      var registration = writer.register(instance(1));
      registration.awaitRegistered(Driver.SOON);
      Watcher watcher = reader.watch("a", shown::add);
      await(watcher, 1);
      String path = root + "/a/" + instance(1).id();
      var changed = proxy.next(Frame.notification(path), FrameProxy.TWICE);
      Driver.join(registration.update(now -> now.withWeight(7)));
      changed.await();
      Await.until("the change", Driver.SOON, () -> shown.size() == 2);
      var deleted = proxy.next(Frame.notification(path), FrameProxy.TWICE);
      registration.close();
      deleted.await();
      await(watcher, 0);
      writer.register(instance(2)).awaitRegistered(Driver.SOON); // behind whatever came of it
      Await.until("what came last is shown", Driver.SOON, () -> shown.size() >= 4);
      assertEquals(List.of(1, 1, 0, 1), shown.stream().map(s -> s.instances().size()).toList());
    }
  }

  /** Wherever a subscription is cut while it begins, it ends; the next is whole, and one watch. */
  @Test
  void aCutAtAnyStepOfTheFirstReadIsAnEndAndLeavesNoWatch() {
    put("/a/1", "x");
    long before = status().number("zk_watch_count");
    Driver driver = open(proxied());
    driver.call(b -> b.services());
    for (int type : List.of(OpCode.addWatch, OpCode.sync, OpCode.getChildren2, OpCode.multiRead)) {
      cutAt(driver, proxy.next(Frame.request(type), FrameProxy.LAST));
      cutAt(driver, proxy.next(Frame.reply(type), FrameProxy.LOST_AND_CUT));
    }
    Seen seen = driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    put("/a/2", "y");
    seen.awaitRecords(Map.of("1", "x", "2", "y"));
    Await.until(
        () -> status().number("zk_watch_count") + " watches, before " + before,
        Driver.SOON,
        () -> status().number("zk_watch_count") == before + 1);
    assertEquals(1, seen.events().stream().filter("+2=y"::equals).count());
  }

  /**
   * A client that removes a watch from itself while the connection breaks would tell nobody that it
   * broke: the other view would stay as it is, CURRENT, and never hear of what it missed.
   */
  @Test
  void aCutWhileAWatchIsRemovedIsAnEndForTheOthersAndTheWatchGoesLater() {
    put("/a/1", "x");
    long before = status().number("zk_watch_count");
    Driver driver = open(proxied());
    Seen closed = driver.subscribe("a").awaitListing();
    Seen other = driver.subscribe("b").awaitListing();
    var cut = proxy.next(Frame.request(OpCode.removeWatches), FrameProxy.LOST_AND_CUT);
    driver.close(closed);
    cut.await();
    assertEquals(Reason.UNAVAILABLE, other.awaitEnd().reason());
    driver.eventually(Driver.SOON, b -> b.list("a"));
    Seen again = driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    put("/a/1", "y");
    again.awaitRecords(Map.of("1", "y"));
    Await.until(
        () -> status().number("zk_watch_count") + " watches, before " + before,
        Driver.SOON,
        () -> status().number("zk_watch_count") == before + 1);
  }

  /** The event arrives, and the connection ends with the read that it caused. */
  @Test
  void aCutAtTheReadThatAnEventCausedIsAnEnd() {
    Driver driver = open(proxied());
    Seen seen = driver.subscribe("a").awaitListing();
    proxy.next(Frame.reply(OpCode.multiRead), FrameProxy.LOST_AND_CUT);
    put("/a/1", "x");
    assertEquals(Reason.UNAVAILABLE, seen.awaitEnd().reason());
    Await.until("connected again", Driver.SOON, () -> driver.reachableCalls() == 2);
    driver.subscribe("a").awaitRecords(Map.of("1", "x"));
  }

  /** A reply that never comes on a connection that lives: the read has its own limit. */
  @Test
  void aReadWhoseReplyIsLateIsAnEnd() {
    Driver driver = open(proxied().with("list-timeout", "1s"));
    driver.call(b -> b.services());
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.getChildren2), FrameProxy.heldUntil(release));
    Seen seen = driver.subscribe("a");
    assertEquals(Reason.UNAVAILABLE, seen.awaitEnd().reason());
    release.complete(null);
    put("/a/1", "x");
    driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    assertFalse(seen.listing().isPresent());
    // Once when connected, once for the reply after the late one.
    Await.until("word that the store answers", Driver.SOON, () -> driver.reachableCalls() == 2);
  }

  /** The engine has given the view up by then, however long a request may take. */
  @Test
  void aProofThatTakesMoreThanTwoSecondsIsLate() {
    Driver driver = open(proxied().withTtl(Duration.ofSeconds(20)).with("request-timeout", "15s"));
    Seen seen = driver.subscribe("a").awaitListing();
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.sync), FrameProxy.heldUntil(release));
    assertEquals(Reason.UNAVAILABLE, driver.probeFailure(seen.subscription).reason());
    release.complete(null);
    Await.until("word that the store answers", Driver.SOON, () -> driver.reachableCalls() == 2);
  }

  /**
   * Attempts do not wait for a server that accepts and says nothing; it is found when it speaks.
   */
  @Test
  void anAnswerToTheConnectRequestThatIsLateFailsAttemptsInTime() {
    CompletableFuture<Void> release = new CompletableFuture<>();
    var held = proxy.next(Frame.reply(Frame.CONNECT), FrameProxy.heldUntil(release));
    // A session so long that the client does not try another connection meanwhile.
    Duration ttl = Duration.ofSeconds(20);
    Driver driver = open(proxied().withTtl(ttl).with("request-timeout", "500ms"));
    for (int i = 0; i < 2; i++) {
      assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason());
      assertEquals(Reason.UNAVAILABLE, driver.subscribe("a").awaitEnd().reason());
    }
    assertFalse(held.isDone());
    release.complete(null);
    driver.eventually(Driver.SOON, b -> b.list("a"));
    assertEquals(1, driver.reachableCalls());
  }

  /** What shrinks would be taken for a store that has lost its data. */
  @Test
  void theRevisionDoesNotShrinkWhenTheLastRecordChangedGoesDuringARead() {
    put("/a/1", "x");
    put("/a/2", "x");
    put("/a/2", "y");
    assertRevisionGrows(() -> operator().delete(root + "/a/2"));
    put("/a/2", "x");
    put("/a/2", "y");
    assertRevisionGrows(() -> operator().deleteAll(root + "/a"));
  }

  /** Has {@code removal} happen between a read of the names and that of the records. */
  private void assertRevisionGrows(Runnable removal) {
    Driver driver = open(proxied());
    Listing before = driver.call(b -> b.list("a"));
    proxy.next(
        Frame.request(OpCode.multiRead),
        (frame, wire) -> {
          removal.run();
          wire.pass(frame);
        });
    Listing after = driver.call(b -> b.list("a"));
    assertEquals(before.store(), after.store());
    assertTrue(after.entries().size() < before.entries().size(), after::toString);
    assertTrue(after.revision() > before.revision(), after + " after " + before);
  }

  /** What nodes weigh shows in the first answer, so nothing is sent ahead of it. */
  @Test
  void theFirstBatchIsAlone() {
    for (int i = 0; i < 30; i++) {
      put("/a/" + i, "x");
    }
    Driver driver = open(proxied());
    driver.call(b -> b.services());
    CompletableFuture<Void> release = new CompletableFuture<>();
    var first = proxy.next(Frame.request(OpCode.multiRead), (frame, wire) -> wire.pass(frame));
    var second = proxy.next(Frame.request(OpCode.multiRead), (frame, wire) -> wire.pass(frame));
    proxy.next(Frame.reply(OpCode.multiRead), FrameProxy.heldUntil(release));
    CompletableFuture<Listing> list = driver.start(b -> b.list("a"));
    first.await();
    var behind = proxy.next(Frame.request(OpCode.sync), (frame, wire) -> wire.pass(frame));
    CompletableFuture<Set<String>> services = driver.start(b -> b.services());
    behind.await();
    assertFalse(second.isDone());
    release.complete(null);
    assertEquals(30, Driver.join(list).entries().size());
    second.await();
    assertEquals(Set.of("a"), Driver.join(services));
  }

  private static void cutAt(Driver driver, FrameProxy.Met step) {
    int connections = driver.reachableCalls();
    Seen seen = driver.subscribe("a");
    assertEquals(Reason.UNAVAILABLE, seen.awaitEnd().reason());
    Await.until(
        () -> "connected again after " + step.await(),
        Driver.SOON,
        () -> driver.reachableCalls() > connections);
  }

  private static ServiceInstance instance(int number) {
    return ServiceInstance.of("a", "10.0.0." + number, 80);
  }

  private static int size(Watcher watcher) {
    return watcher.current().map(all -> all.instances().size()).orElse(-1);
  }

  private static void await(Watcher watcher, int instances) {
    Await.until(
        () -> instances + " instances, not " + watcher.current(),
        Duration.ofSeconds(8),
        () -> size(watcher) == instances);
  }
}
