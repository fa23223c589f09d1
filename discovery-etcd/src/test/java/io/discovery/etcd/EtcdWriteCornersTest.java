package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Writes that happen without saying so, or say so without happening, at a moment of choice. */
class EtcdWriteCornersTest extends FakeEtcdTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void aWriteThatHappenedUnansweredIsRecognised() {
    Driver.Owned owned = open().own("s", "a", LONG);
    for (String value : List.of("1", "2")) { // a first write and an update
      etcd.txns.next(EtcdWriteCornersTest::unanswered);
      assertFails(Reason.UNAVAILABLE, owned.start(value, Claim.HEAL));
      long revision = etcd.store.record("n/s/a").getModRevision();
      owned.heal(value);
      assertEquals(revision, etcd.store.record("n/s/a").getModRevision(), "written twice");
    }
    assertEquals(List.of(), owned.lost);
    assertEquals(1, etcd.store.leases());
  }

  /** The engine's view: no second write, no supersession by oneself, and one record. */
  @Test
  void aRegistrationWhoseFirstWriteWasUnansweredIsRegisteredOnce() throws Exception {
    etcd.txns.next(EtcdWriteCornersTest::unanswered);
    try (Registry registry = Registries.open(config())) {
      Registration registration = registry.register(ServiceInstance.of("s", "10.0.0.1", 80));
      registration.awaitRegistered(SOON);
      assertEquals(1, etcd.store.content().size());
      assertEquals(2, etcd.store.header().getRevision());
      registration.close();
      assertEquals(Map.of(), etcd.store.content());
      assertEquals(0, etcd.store.leases());
    }
  }

  @Test
  void aWriteThatHappensAfterTheNextOneChangesNothing() {
    Driver.Owned owned = open().own("s", "a", LONG);
    String before = null;
    for (String value : List.of("1", "2")) {
      etcd.txns.next(EtcdWriteCornersTest::delayed);
      assertFails(Reason.UNAVAILABLE, owned.start("late " + value, Claim.HEAL));
      var late = etcd.txns.last();
      assertEquals(before, etcd.store.content().get("n/s/a"));
      owned.heal(value);
      late.carryOut();
      assertEquals(Map.of("n/s/a", value), etcd.store.content());
      before = value;
    }
    assertEquals(1, etcd.store.leases());
  }

  /** The lease of a write is not reused by others, so its revocation also defeats the write. */
  @Test
  void aWriteThatHappensAfterTheReleaseLeavesNothing() {
    Driver.Owned owned = open().own("s", "a", LONG);
    etcd.txns.next(EtcdWriteCornersTest::delayed);
    assertFails(Reason.UNAVAILABLE, owned.start("1", Claim.TAKE_OVER));
    owned.release();
    assertThrows(StatusRuntimeException.class, etcd.txns.last()::carryOut, "its lease is gone");
    assertEquals(Map.of(), etcd.store.content());
    assertEquals(0, etcd.store.leases());
  }

  /** It finds its lease gone, or hears so late that it has been written; it gets no other lease. */
  @Test
  void aWriteUnderWayAtTheReleaseLeavesNothing() {
    for (boolean late : List.of(false, true)) {
      Driver.Owned owned = open().own("s", "a", LONG);
      int before = etcd.txns.seen().size();
      etcd.txns.next(FakeCall::ignore);
      CompletableFuture<Duration> write = owned.start("1", Claim.TAKE_OVER);
      Await.until("a put", SOON, () -> etcd.txns.seen().size() > before);
      TxnResponse written = late ? etcd.txns.last().carryOut() : null;
      owned.release();
      if (late) {
        etcd.txns.last().answer(written);
      } else {
        etcd.txns.last().serve();
      }
      assertFails(Reason.UNAVAILABLE, write);
      assertEquals(Map.of(), etcd.store.content());
      assertEquals(0, etcd.store.leases());
    }
  }

  @Test
  void aLeaseGrantedAfterTheReleaseIsRevoked() {
    Driver.Owned owned = open().own("s", "a", LONG);
    etcd.grants.next(FakeCall::ignore);
    CompletableFuture<Duration> write = owned.start("1", Claim.TAKE_OVER);
    Await.until("the wish for a lease", SOON, () -> etcd.grants.seen().size() == 1);
    owned.release();
    etcd.grants.last().serve();
    assertFails(Reason.UNAVAILABLE, write);
    Await.until("no lease", SOON, () -> etcd.store.leases() == 0);
    assertEquals(0, etcd.txns.seen().size());
  }

  /** The one late write that finds what it was sent for: the key is absent, as it was then. */
  @Test
  void aFirstWriteThatHappensAfterADeletionIsNoticedAndOverwritten() {
    Driver.Owned owned = open().own("s", "a");
    etcd.txns.next(EtcdWriteCornersTest::delayed);
    assertFails(Reason.UNAVAILABLE, owned.start("old", Claim.TAKE_OVER));
    var late = etcd.txns.last();
    owned.heal("new");
    etcd.store.delete("n/s/a");
    late.carryOut();
    assertEquals(Map.of("n/s/a", "old"), etcd.store.content());
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(SOON).reason());
    owned.heal("new");
    assertEquals(Map.of("n/s/a", "new"), etcd.store.content());
  }

  @Test
  void aTakeOverUnansweredBeatsItsPredecessorAllTheSame() {
    Driver driver = open();
    Driver.Owned old = driver.own("s", "a", LONG);
    old.take("1");
    Driver.Owned successor = driver.own("s", "a", LONG);
    etcd.txns.next(FakeCall::serve); // finds the key and reads it
    etcd.txns.next(EtcdWriteCornersTest::unanswered);
    assertFails(Reason.UNAVAILABLE, successor.start("2", Claim.TAKE_OVER));
    assertFails(Reason.SUPERSEDED, old.start("1", Claim.HEAL));
    successor.heal("2");
    old.release();
    assertEquals(Map.of("n/s/a", "2"), etcd.store.content());
  }

  /** Lease ids are any int64; 0 is none at all. */
  @Test
  void aRecordOfAnyForeignLeaseIsSparedByAHealAndTakenOverByAFreshClaim() {
    Driver driver = open();
    for (long foreign : List.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, 99L)) {
      etcd.store.put("n/s/a", "foreign", foreign);
      long revision = etcd.store.header().getRevision();
      DiscoveryException superseded =
          assertFails(Reason.SUPERSEDED, driver.own("s", "a", LONG).start("1", Claim.HEAL));
      assertTrue(superseded.getMessage().contains(Long.toHexString(foreign)));
      assertEquals(revision, etcd.store.header().getRevision());
      driver.own("s", "a", LONG).take("1");
      assertEquals(Map.of("n/s/a", "1"), etcd.store.content());
    }
  }

  /** A token is refused before execution, so the call may be made again with another one. */
  @Test
  void aCallWithADeadTokenIsMadeAgainWithAFreshOne() {
    Driver driver = closing(new Driver(config().withCredentials("app", "s3cret")));
    driver.services();
    assertEquals(1, etcd.logins.seen().size());
    Status dead = Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");
    etcd.txns.next(call -> call.fail(dead));
    etcd.ranges.next(call -> call.fail(dead)); // with which jetcd is made to drop its token
    Driver.Owned owned = driver.own("s", "a", LONG);
    owned.take("1");
    assertEquals(Map.of("n/s/a", "1"), etcd.store.content());
    assertEquals(2, etcd.txns.seen().size());
    Await.until("a second token", SOON, () -> etcd.logins.seen().size() >= 2);
    assertTrue(etcd.logins.seen().size() <= 3, "a password check for every call");
  }

  @Test
  void aTokenThatIsNeverAcceptedIsDeniedAndNotFetchedHot() {
    Driver driver = closing(new Driver(config().withCredentials("app", "s3cret")));
    etcd.ranges.always(
        call ->
            call.fail(Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token")));
    for (int i = 0; i < 20; i++) {
      assertFails(Reason.DENIED, driver.begin(() -> driver.backend.list("s")));
    }
    assertTrue(etcd.logins.seen().size() <= 4, () -> etcd.logins.seen().size() + " logins");
  }

  private static void unanswered(FakeCall<TxnRequest, TxnResponse> call) {
    call.carryOut();
    call.fail(Status.UNAVAILABLE);
  }

  /** Fails, and is carried out when the test says so. */
  private static void delayed(FakeCall<TxnRequest, TxnResponse> call) {
    call.fail(Status.UNAVAILABLE);
  }
}
