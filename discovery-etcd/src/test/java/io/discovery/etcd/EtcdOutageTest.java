package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    // Longer than anybody here waits.
    Driver driver = closing(new Driver(config().with("request-timeout", "60s")));
    driver.services();
    etcd.grants.next(FakeCall::ignore);
    CompletableFuture<Duration> grant = driver.own("s", "a", LONG).start("1", Claim.TAKE_OVER);
    etcd.txns.next(FakeCall::ignore);
    CompletableFuture<Duration> put = driver.own("s", "b", LONG).start("1", Claim.TAKE_OVER);
    Await.until(
        "calls under way",
        SOON,
        () -> etcd.grants.seen().size() == 2 && etcd.txns.seen().size() == 1);
    etcd.ranges.always(call -> call.fail(Status.UNAVAILABLE));
    assertFails(Reason.UNAVAILABLE, driver.begin(driver.backend::services));
    assertFails(Reason.UNAVAILABLE, grant);
    assertFails(Reason.UNAVAILABLE, put);
    assertEquals(0, driver.reachable.get());
    etcd.ranges.always(FakeCall::serve);
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }

  /** Its own time is over before that of the puts ahead of it, which are answered in the end. */
  @Test
  void whoHasWaitedInLineInVainHearsThatTheLineMoves() {
    Driver driver = closing(new Driver(config().with("request-timeout", "8s")));
    Driver.Owned late = driver.own("s", "late", LONG);
    etcd.grants.next(FakeCall::ignore);
    CompletableFuture<Duration> waiting = late.start("1", Claim.TAKE_OVER);
    Await.until("a lease is asked for", SOON, () -> etcd.grants.seen().size() == 1);
    long begun = System.nanoTime();
    Await.until("half of its time is over", SOON, () -> System.nanoTime() - begun > 4_000_000_000L);
    List<CompletableFuture<Duration>> ahead = new ArrayList<>();
    for (int i = 0; i < EtcdPuts.LANES; i++) {
      etcd.txns.next(FakeCall::ignore);
      ahead.add(driver.own("s", "ahead" + i, LONG).start("1", Claim.TAKE_OVER));
    }
    Await.until("puts on all lanes", SOON, () -> etcd.txns.seen().size() == EtcdPuts.LANES);
    etcd.grants.seen().get(0).serve();
    String why = assertFails(Reason.UNAVAILABLE, waiting).getMessage();
    assertTrue(why.contains("no answer in time"), why);
    etcd.txns.seen().forEach(FakeCall::serve);
    ahead.forEach(Driver::await);
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }

  /** The engine closes what owes it a listing for too long. */
  @Test
  void whoClosesAWatchThatHasNotBegunHearsThatTheStoreAnswers() {
    Driver driver = open();
    driver.services();
    etcd.watches.next(watch -> {});
    View view = driver.subscribe("s");
    Await.until("a watch is asked for", SOON, () -> !etcd.watches.seen().isEmpty());
    driver.loop.execute(view.subscription::close);
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }

  @Test
  void aProxysRefusalIsNoAnswerOfTheStore() {
    Driver driver = open();
    driver.services();
    for (Status status :
        List.of(
            Status.UNIMPLEMENTED.withDescription("HTTP status code 404"),
            Status.RESOURCE_EXHAUSTED.withDescription("Connection closed after GOAWAY"))) {
      int before = driver.reachable.get();
      etcd.ranges.next(call -> call.fail(status));
      assertFails(Reason.UNAVAILABLE, driver.begin(driver.backend::services));
      Await.until("word that the store answers", SOON, () -> driver.reachable.get() == before + 1);
    }
  }

  /** A hash of 75 ms for the server, and once is enough. */
  @Test
  void aNewClientFetchesOneTokenForAllWhoWaitForIt() {
    Driver driver = closing(new Driver(config().withCredentials("app", "s3cret")));
    driver.services();
    assertEquals(1, etcd.logins.seen().size());
    driver.loop.hold(driver.label + "-etcd");
    etcd.ranges.always(call -> call.fail(Status.UNAVAILABLE));
    assertFails(Reason.UNAVAILABLE, driver.begin(driver.backend::services));
    Await.until("a new client", SOON, driver.loop::isHolding);
    etcd.ranges.always(FakeCall::serve);
    List<CompletableFuture<Duration>> writes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      writes.add(driver.own("s", "r" + i, LONG).start("1", Claim.TAKE_OVER));
    }
    driver.loop.release();
    writes.forEach(Driver::await);
    assertEquals(2, etcd.logins.seen().size());
  }
}
