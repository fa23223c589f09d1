package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

/** Records that are created together: as many of them, and each as if it were alone. */
class ZooKeeperCreatesTest extends FrameProxyTest {
  private final CompletableFuture<Void> first = new CompletableFuture<>(); // may be answered

  @Test
  void thoseWhoWaitGoTogetherAndEachIsARecord() {
    Driver driver = open(proxied());
    AtomicInteger transactions = count(OpCode.multi);
    AtomicInteger looks = count(OpCode.exists);
    List<Driver.Owner> owners = owners(driver, 129);
    List<CompletableFuture<Duration>> writes = start(driver, owners, "x");
    first.complete(null);
    writes.forEach(Driver::join);
    assertEquals(2, transactions.get(), "64 and 64, behind the first");
    Await.until("each has looked at its own", Driver.SOON, () -> looks.get() >= owners.size());
    driver.call(b -> b.services());
    for (int i = 0; i < owners.size(); i++) {
      Stat made = stat("/a/" + i).orElseThrow();
      assertNotEquals(0, made.getEphemeralOwner());
      owners.get(i).heal("x"); // knows its own, so there is nothing to do
      assertEquals(Optional.of(made), stat("/a/" + i));
      assertEquals(List.of(), owners.get(i).losses());
    }
    owners.get(7).heal("y");
    assertEquals(1, stat("/a/7").orElseThrow().getVersion());
    owners.get(8).release();
    assertEquals(Optional.empty(), stat("/a/8"));
  }

  @Test
  void oneThatIsRefusedFailsForItselfAlone() {
    put("/a/5", "an operator's");
    operator().put(root + "/closed", new byte[0], Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT);
    Driver driver = open(proxied());
    List<Driver.Owner> owners = new ArrayList<>(owners(driver, 10));
    owners.add(driver.own("closed", "1"));
    List<CompletableFuture<Duration>> writes = start(driver, owners, "x");
    first.complete(null);
    assertEquals(Reason.DENIED, Driver.reason(writes.remove(10)));
    assertEquals(Reason.SUPERSEDED, Driver.reason(writes.remove(5)));
    writes.forEach(Driver::join);
    assertEquals(0, stat("/a/5").orElseThrow().getEphemeralOwner());
    assertNotEquals(0, stat("/a/9").orElseThrow().getEphemeralOwner());
  }

  @Test
  void longRecordsDoNotAddUpToMoreThanAServerTakes() {
    Driver driver = open(proxied());
    AtomicInteger transactions = count(OpCode.multi);
    List<Driver.Owner> owners = owners(driver, 1 + 80);
    List<CompletableFuture<Duration>> writes = start(driver, owners, "x".repeat(16_000));
    first.complete(null);
    writes.forEach(Driver::join);
    assertEquals(20, transactions.get(), "four at a time");
  }

  @Test
  void whoeverWaitedTooLongIsNotCreated() {
    Driver driver = open(proxied().with("request-timeout", "1s"));
    List<CompletableFuture<Duration>> writes = start(driver, owners(driver, 10), "x");
    writes.forEach(write -> assertEquals(Reason.UNAVAILABLE, Driver.reason(write)));
    first.complete(null);
    Await.until("the first, late", Driver.SOON, () -> stat("/a/0").isPresent());
    driver.eventually(Driver.SOON, b -> b.services());
    driver.call(b -> b.services()); // behind what would have followed the first
    for (int i = 1; i < 10; i++) {
      assertEquals(Optional.empty(), stat("/a/" + i));
    }
  }

  @Test
  void manyDoNotWaitForAnAnswer() {
    Driver driver = open(proxied());
    List<Driver.Owner> owners = owners(driver, 1 + 64);
    proxy.next(Frame.reply(OpCode.create2), FrameProxy.heldUntil(first));
    List<CompletableFuture<Duration>> writes =
        owners.stream().map(owner -> owner.start("x", Claim.HEAL)).toList();
    Await.until("those behind the first", Driver.SOON, () -> stat("/a/64").isPresent());
    first.complete(null);
    writes.forEach(Driver::join);
  }

  @Test
  void aTransactionThatWasNotAnsweredIsNotRepeated() {
    Driver driver = open(proxied());
    List<Driver.Owner> owners = owners(driver, 10);
    List<CompletableFuture<Duration>> writes = start(driver, owners, "x");
    var lost = proxy.next(Frame.reply(OpCode.multi), FrameProxy.LOST_AND_CUT);
    first.complete(null);
    Driver.join(writes.remove(0));
    writes.forEach(write -> assertEquals(Reason.UNAVAILABLE, Driver.reason(write)));
    lost.await();
    for (int i = 1; i < 10; i++) {
      Driver.Owner owner = owners.get(i);
      Stat made = stat("/a/" + i).orElseThrow();
      driver.eventually(Driver.SOON, b -> owner.startHeal("x"));
      assertEquals(Optional.of(made), stat("/a/" + i));
      assertEquals(List.of(), owner.losses());
      owner.release();
      assertEquals(Optional.empty(), stat("/a/" + i));
    }
  }

  /** The client would carry them over to its next connection, long after they have failed. */
  @Test
  void whoWaitedWhenTheConnectionWasCutIsNotSent() {
    Driver driver = open(proxied());
    AtomicInteger transactions = count(OpCode.multi);
    List<CompletableFuture<Duration>> writes = start(driver, owners(driver, 10), "x");
    proxy.cut();
    writes.forEach(write -> assertEquals(Reason.UNAVAILABLE, Driver.reason(write)));
    first.complete(null);
    driver.eventually(Driver.SOON, b -> b.services());
    driver.call(b -> b.services()); // behind what the client had kept
    assertEquals(0, transactions.get());
  }

  /** Before the answer that tells which nodes have been made. */
  @Test
  void whatOthersDoMeanwhileIsALoss() {
    Driver driver = open(proxied());
    List<Driver.Owner> owners = owners(driver, 6);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    List<CompletableFuture<Duration>> writes = start(driver, owners, "x");
    proxy.next(Frame.reply(OpCode.multi), FrameProxy.heldUntil(answer));
    first.complete(null);
    Await.until("the nodes", Driver.SOON, () -> stat("/a/5").isPresent());
    put("/a/1", "overwritten");
    operator().delete(root + "/a/2");
    operator().delete(root + "/a/3");
    put("/a/3", "an operator's");
    answer.complete(null);
    writes.forEach(Driver::join);
    List.of(1, 2, 3).forEach(i -> owners.get(i).awaitLoss());
    owners.get(1).heal("x");
    assertEquals(2, stat("/a/1").orElseThrow().getVersion());
    owners.get(2).heal("x");
    assertNotEquals(0, stat("/a/2").orElseThrow().getEphemeralOwner());
    assertEquals(Reason.SUPERSEDED, owners.get(3).refused("x", Claim.HEAL).reason());
    List.of(0, 4, 5).forEach(i -> assertEquals(List.of(), owners.get(i).losses()));
  }

  private List<Driver.Owner> owners(Driver driver, int count) {
    put("/a/other", "x"); // so that the parents are there
    driver.call(b -> b.services()); // so that it is connected, and the first is the first
    return IntStream.range(0, count).mapToObj(i -> driver.own("a", Integer.toString(i))).toList();
  }

  /** All begin while the first waits for its answer. */
  private List<CompletableFuture<Duration>> start(
      Driver driver, List<Driver.Owner> owners, String value) {
    proxy.next(Frame.request(OpCode.create2), FrameProxy.heldUntil(first));
    List<CompletableFuture<Duration>> writes = new ArrayList<>();
    owners.forEach(owner -> writes.add(owner.start(value, Claim.HEAL)));
    driver.onLoop(() -> true); // behind them all
    return writes;
  }
}
