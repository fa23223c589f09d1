package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whoever has failed for want of an answer hears when the store answers again. */
class EtcdOutageTest extends FakeEtcdTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /**
   * It has nothing to do with the old one, and nobody would tell whoever made it that the store
   * answers, since that is known: as in a process that thaws when the server has restarted.
   */
  @Test
  void aCallOnTheNewClientDoesNotFailWithTheOldOne() {
    Driver driver = open();
    driver.services();
    driver.loop.hold(driver.label + "-etcd");
    etcd.ranges.always(call -> call.fail(Status.UNAVAILABLE));
    assertFails(Reason.UNAVAILABLE, driver.begin(driver.backend::services));
    Await.until("a new client", SOON, driver.loop::isHolding);
    etcd.ranges.always(FakeCall::serve);
    etcd.grants.next(FakeCall::ignore);
    CompletableFuture<Duration> write = driver.own("s", "a", LONG).start("1", Claim.TAKE_OVER);
    Await.until("a call on it", SOON, () -> etcd.grants.seen().size() == 1);
    driver.services();
    assertEquals(1, driver.reachable.get());
    driver.loop.release();
    driver.services(); // behind what was held back
    assertFalse(write.isDone(), "failed with the old client");
    etcd.grants.last().serve();
    Driver.await(write);
  }

  @Test
  void callsOfTheOldClientFailAtOnce() {
    Driver driver = open();
    driver.services();
    etcd.grants.next(FakeCall::ignore);
    CompletableFuture<Duration> write = driver.own("s", "a", LONG).start("1", Claim.TAKE_OVER);
    Await.until("a call under way", SOON, () -> etcd.grants.seen().size() == 1);
    etcd.ranges.always(call -> call.fail(Status.UNAVAILABLE));
    assertFails(Reason.UNAVAILABLE, driver.begin(driver.backend::services));
    assertFails(Reason.UNAVAILABLE, write);
    assertEquals(0, driver.reachable.get());
    etcd.ranges.always(FakeCall::serve);
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }

  /** Its own time is over before that of the puts ahead of it, which are answered in the end. */
  @Test
  void whoHasWaitedInLineInVainHearsThatTheLineMoves() {
    Driver driver = closing(new Driver(config().with("request-timeout", "4s")));
    Driver.Owned late = driver.own("s", "late", LONG);
    etcd.grants.next(FakeCall::ignore);
    CompletableFuture<Duration> waiting = late.start("1", Claim.TAKE_OVER);
    Await.until("a lease is asked for", SOON, () -> etcd.grants.seen().size() == 1);
    long begun = System.nanoTime();
    Await.until("half of its time is over", SOON, () -> System.nanoTime() - begun > 2_000_000_000L);
    List<CompletableFuture<Duration>> ahead = new ArrayList<>();
    for (int i = 0; i < EtcdPuts.LANES; i++) {
      etcd.txns.next(FakeCall::ignore);
      ahead.add(driver.own("s", "ahead" + i, LONG).start("1", Claim.TAKE_OVER));
    }
    Await.until("puts on all lanes", SOON, () -> etcd.txns.seen().size() == EtcdPuts.LANES);
    etcd.grants.seen().get(0).serve();
    assertFails(Reason.UNAVAILABLE, waiting);
    etcd.txns.seen().forEach(FakeCall::serve);
    ahead.forEach(Driver::await);
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }
}
