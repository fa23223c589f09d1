package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

/** Writes that happen though their reply does not arrive, late writes, and sessions that end so. */
class ZooKeeperWriteCornersTest extends FrameProxyTest {
  private static final ServiceInstance ME = ServiceInstance.of("a", "10.0.0.1", 80);
  private static final String MINE = "/a/" + ME.id();

  /** One node, created once: no orphan, no second record, not superseded by itself. */
  @Test
  void aRegistrationWhoseCreateWasNotAnsweredIsRegisteredOnce() {
    put("/a/other", "x"); // so that the parents are there and the first create is the record's
    Seen seen = open(direct()).subscribe("a").awaitListing();
    var lost = proxy.next(Frame.reply(OpCode.create2), FrameProxy.LOST_AND_CUT);
    List<State> states = new CopyOnWriteArrayList<>();
    try (Registry registry = Registries.open(proxied())) {
      Registration registration = registry.register(ME);
      registration.onState(states::add);
      registration.awaitRegistered(Driver.SOON);
      lost.await();
      Stat stat = stat(MINE).orElseThrow();
      assertEquals(stat.getCzxid(), stat.getMzxid(), "written twice");
      assertEquals(0, stat.getVersion());
      assertFalse(states.contains(State.SUPERSEDED), states::toString);
      assertEquals(1, seen.events().stream().filter(e -> e.contains(ME.id())).count());
      registration.close();
      assertEquals(Optional.empty(), stat(MINE));
    }
  }

  /**
   * The first record of a namespace is sent again when what is above it has been made. Given up
   * meanwhile, it must not be: its release has looked before, and found nothing.
   */
  @Test
  void aFirstRecordThatWasGivenUpDoesNotComeLater() {
    Driver driver = open(proxied().with("request-timeout", "1s"));
    driver.call(b -> b.services());
    Driver.Owner owner = driver.own("a", "1");
    CompletableFuture<Void> released = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.createContainer), FrameProxy.heldUntil(released));
    assertEquals(Reason.UNAVAILABLE, Driver.reason(owner.start("x", Claim.TAKE_OVER)));
    CompletableFuture<Void> release = driver.start(b -> owner.startRelease());
    released.complete(null);
    Driver.join(release);
    Await.until("the service's node", Driver.SOON, () -> stat("/a").isPresent());
    // Two round trips later whatever follows its making has been carried out.
    driver.call(b -> b.services());
    driver.call(b -> b.services());
    assertEquals(Optional.empty(), stat("/a/1"));
  }

  @Test
  void aTakeOverThatWasNotAnsweredIsOneUpdateForThoseWhoWatch() {
    Driver other = open(direct());
    other.own("a", "1").takeOver("theirs");
    Seen seen = other.subscribe("a").awaitRecords(Map.of("1", "theirs"));
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    proxy.next(Frame.reply(OpCode.multi), FrameProxy.LOST_AND_CUT);
    assertEquals(Reason.UNAVAILABLE, Driver.reason(owner.start("ours", Claim.TAKE_OVER)));
    Stat taken = stat("/a/1").orElseThrow();
    driver.eventually(Driver.SOON, b -> owner.startHeal("ours"));
    assertEquals(taken, stat("/a/1").orElseThrow());
    seen.awaitRecords(Map.of("1", "ours"));
    assertFalse(seen.events().contains("-1"), seen.events()::toString);
    assertEquals(List.of(), owner.losses());
    owner.release();
    assertEquals(Optional.empty(), stat("/a/1"));
  }

  @Test
  void anUpdateThatWasNotAnsweredIsNotRepeated() {
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    proxy.next(Frame.reply(OpCode.setData), FrameProxy.LOST_AND_CUT);
    assertEquals(Reason.UNAVAILABLE, Driver.reason(owner.start("y", Claim.HEAL)));
    Stat updated = stat("/a/1").orElseThrow();
    assertEquals(1, updated.getVersion());
    driver.eventually(Driver.SOON, b -> owner.startHeal("y"));
    assertEquals(updated, stat("/a/1").orElseThrow());
    driver.eventually(Driver.SOON, b -> owner.startHeal("z"));
    assertEquals(2, stat("/a/1").orElseThrow().getVersion());
    assertEquals(List.of(), owner.losses());
  }

  @Test
  void aDeleteThatWasNotAnsweredSettlesAndLeavesNothing() {
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    proxy.next(Frame.reply(OpCode.delete), FrameProxy.LOST_AND_CUT);
    assertEquals(Reason.UNAVAILABLE, driver.failure(b -> owner.startRelease()).reason());
    assertEquals(Optional.empty(), stat("/a/1"));
    Driver.Owner successor = open(direct()).own("a", "1");
    successor.takeOver("successor");
    driver.eventually(Driver.SOON, b -> owner.startRelease());
    assertEquals(Optional.of("successor"), operator().text(root + "/a/1"));
  }

  /** As an application sees it: close returns in time, and the id can be registered again. */
  @Test
  void aCloseWhoseDeleteWasNotAnsweredSettles() {
    try (Registry registry = Registries.open(proxied())) {
      Registration registration = registry.register(ME);
      registration.awaitRegistered(Driver.SOON);
      var lost = proxy.next(Frame.reply(OpCode.delete), FrameProxy.LOST_AND_CUT);
      registration.close();
      lost.await();
      assertEquals(State.CLOSED, registration.state());
      assertEquals(Optional.empty(), stat(MINE));
      registry.register(ME).awaitRegistered(Driver.SOON);
      assertEquals(1, operator().children(root + "/a").size());
    }
    assertEquals(Optional.empty(), stat(MINE));
  }

  /** The write is under way longer than its attempt, and happens when nobody waits for it. */
  @Test
  void aCreateThatComesLateIsRecognised() {
    put("/a/other", "x");
    Driver driver = open(proxied().with("request-timeout", "2s"));
    driver.call(b -> b.services());
    Driver.Owner owner = driver.own("a", "1");
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.request(OpCode.create2, root + "/a/1"), FrameProxy.heldUntil(release));
    assertEquals(Reason.UNAVAILABLE, owner.refused("late", Claim.TAKE_OVER).reason());
    CompletableFuture<?> heal = owner.start("new", Claim.HEAL); // behind it on the same wire
    release.complete(null);
    Driver.join(heal);
    assertEquals(Optional.of("new"), operator().text(root + "/a/1"));
    assertEquals(1, stat("/a/1").orElseThrow().getVersion());
    assertEquals(List.of(), owner.losses());
  }

  /** It may be the only one who asks for anything. */
  @Test
  void whoseWriteIsNotAnsweredInTimeHearsWhenTheStoreAnswers() {
    Driver driver = open(proxied().with("request-timeout", "1s"));
    Driver.Owner owner = driver.own("a", "1");
    driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.setData), FrameProxy.heldUntil(release));
    assertEquals(Reason.UNAVAILABLE, Driver.reason(owner.start("y", Claim.HEAL)));
    assertEquals(1, driver.reachableCalls());
    release.complete(null);
    Await.until("word that the store answers", Driver.SOON, () -> driver.reachableCalls() == 2);
  }

  /** What comes soon behind a late answer has waited with it. */
  @Test
  void aStoreThatIsTooSlowIsNotSaidToBeBack() {
    Driver driver = open(proxied().with("request-timeout", "1s"));
    Driver.Owner owner = driver.own("a", "1");
    driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
    CompletableFuture<Void> write = new CompletableFuture<>();
    CompletableFuture<Void> probe = new CompletableFuture<>();
    CompletableFuture<Void> probed = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.setData), FrameProxy.heldUntil(write));
    proxy.next(Frame.reply(OpCode.sync), (frame, wire) -> wire.pass(frame));
    proxy.next(
        Frame.reply(OpCode.sync),
        (frame, wire) -> {
          probed.complete(null);
          FrameProxy.heldUntil(probe).of(frame, wire);
        });
    assertEquals(Reason.UNAVAILABLE, Driver.reason(owner.start("y", Claim.HEAL)));
    write.complete(null);
    Driver.join(probed);
    assertEquals(1, driver.reachableCalls());
    probe.complete(null);
    Await.until("word that the store answers", Driver.SOON, () -> driver.reachableCalls() == 2);
  }

  @Test
  void aCreateThatComesLateIsRemovedByTheReleaseBehindIt() {
    put("/a/other", "x");
    Driver driver = open(proxied().with("request-timeout", "2s"));
    driver.call(b -> b.services());
    Driver.Owner owner = driver.own("a", "1");
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.request(OpCode.create2, root + "/a/1"), FrameProxy.heldUntil(release));
    assertEquals(Reason.UNAVAILABLE, owner.refused("late", Claim.TAKE_OVER).reason());
    CompletableFuture<?> gone = driver.start(b -> owner.startRelease());
    release.complete(null);
    Driver.join(gone);
    assertEquals(Optional.empty(), stat("/a/1"));
  }

  /** A write that met a successor on its way changes nothing and says so. */
  @Test
  void anUpdateThatComesAfterATakeOverChangesNothing() {
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.request(OpCode.setData, root + "/a/1"), FrameProxy.heldUntil(release));
    CompletableFuture<?> update = owner.start("y", Claim.HEAL);
    open(direct()).own("a", "1").takeOver("successor");
    release.complete(null);
    assertEquals(Reason.SUPERSEDED, Driver.reason(update));
    owner.release();
    assertEquals(Optional.of("successor"), operator().text(root + "/a/1"));
  }

  /** So does a delete. */
  @Test
  void aDeleteThatComesAfterATakeOverRemovesNothing() {
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    CompletableFuture<Void> release = new CompletableFuture<>();
    proxy.next(Frame.request(OpCode.delete, root + "/a/1"), FrameProxy.heldUntil(release));
    CompletableFuture<?> gone = driver.start(b -> owner.startRelease());
    open(direct()).own("a", "1").takeOver("successor");
    release.complete(null);
    Driver.join(gone);
    assertEquals(Optional.of("successor"), operator().text(root + "/a/1"));
  }

  /**
   * A server that answers a reconnect with session 0: the session is over for us, while the node of
   * it may still be there, as when the session moved. It is replaced before it goes.
   */
  @Test
  void aSessionRefusedAtTheReconnectIsALossAndItsNodeIsReplaced() {
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    owner.takeOver("x");
    Seen seen = open(direct()).subscribe("a").awaitRecords(Map.of("1", "x"));
    Stat first = stat("/a/1").orElseThrow();
    var refused =
        proxy.next(Frame.reply(Frame.CONNECT), (frame, wire) -> wire.pass(frame.expired()));
    proxy.cut();
    owner.awaitLoss();
    assertEquals(first.getEphemeralOwner(), refused.await().session());
    driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
    Stat second = stat("/a/1").orElseThrow();
    assertNotEquals(first.getEphemeralOwner(), second.getEphemeralOwner());
    endSession(first.getEphemeralOwner());
    assertEquals(second, stat("/a/1").orElseThrow());
    assertFalse(seen.events().contains("-1"), seen.events()::toString);
    assertEquals(1, owner.losses().size());
  }

  /** The watch on the own node is gone with its event; the next look finds the loss. */
  @Test
  void aLostNotificationOfTheOwnRecordIsMadeGoodByTheNextReconnect() {
    Driver driver = open(proxied());
    Driver.Owner owner = driver.own("a", "1");
    var look = proxy.next(Frame.reply(OpCode.exists), (frame, wire) -> wire.pass(frame));
    owner.takeOver("x");
    look.await(); // which sets the watch
    var lost = proxy.next(Frame.notification(root + "/a/1"), FrameProxy.LOST);
    operator().delete(root + "/a/1");
    lost.await();
    driver.call(b -> b.list("a"));
    assertEquals(List.of(), owner.losses());
    proxy.cut();
    owner.awaitLoss();
    driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
    Await.until("the record is back", Driver.SOON, () -> stat("/a/1").isPresent());
  }

  /** Whoever may not look at a record cannot take it for its own. */
  @Test
  void aRecordReplacedByOneThatMayNotBeReadIsLost() {
    Driver.Owner owner = open(proxied()).own("a", "1");
    var look = proxy.next(Frame.reply(OpCode.exists), (frame, wire) -> wire.pass(frame));
    owner.takeOver("x");
    look.await();
    List<ACL> closed = List.of(new ACL(Perms.ALL, new Id("digest", "others:secret")));
    operator()
        .call(
            zk ->
                zk.multi(
                    List.of(
                        Op.delete(root + "/a/1", -1),
                        Op.create(root + "/a/1", Seen.bytes("y"), closed, CreateMode.PERSISTENT))));
    owner.awaitLoss();
    assertEquals(Reason.DENIED, owner.losses().get(0).reason());
    assertEquals(Reason.DENIED, owner.refused("x", Claim.HEAL).reason());
  }
}
