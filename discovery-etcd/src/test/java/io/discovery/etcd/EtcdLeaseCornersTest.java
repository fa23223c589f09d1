package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.Driver.TTL;
import static io.discovery.etcd.EtcdTest.hold;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the store may say, or not say, about a lease. */
class EtcdLeaseCornersTest extends FakeEtcdTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** jetcd's own keepAlive gives up for good at the first of these. */
  @Test
  void aRenewalWithoutAnAnswerIsFollowedByAnotherInTime() {
    Driver.Owned owned = open().own("s", "a", Duration.ofSeconds(6));
    owned.take("1");
    List<Consumer<FakeCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>>> misses =
        List.of(FakeCall::end, call -> call.fail(Status.UNAVAILABLE));
    misses.forEach(etcd.renewals::next);
    Await.until(
        "a renewal after those without an answer",
        Duration.ofSeconds(6),
        () -> etcd.renewals.seen().size() > misses.size());
    assertEquals(List.of(), owned.lost);
    assertEquals(1, etcd.txns.seen().size());
  }

  @Test
  void aLeaseThatIsGoneIsToldOnceAndReplaced() {
    for (Consumer<FakeCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>> gone :
        List.<Consumer<FakeCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>>>of(
            call -> call.answer(call.carryOut().toBuilder().setTTL(0).build()),
            call -> call.fail(FakeStore.leaseNotFound()))) {
      Driver.Owned owned = open().own("s", "a");
      owned.take("1");
      long first = lease();
      etcd.renewals.next(gone);
      assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TTL).reason());
      owned.heal("1");
      assertNotEquals(first, lease());
      owned.release();
      assertEquals(Map.of(), etcd.store.content());
      assertEquals(0, etcd.store.leases(), "a lease was wrongly called gone, and stays for good");
      assertEquals(1, owned.lost.size());
    }
  }

  /** A member that answers after more than a time to live: told once, and adopted afterwards. */
  @Test
  void answersLaterThanATtlConfirmNothing() {
    Driver.Owned owned = open().own("s", "a");
    owned.take("1");
    etcd.renewals.always(FakeCall::ignore);
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TTL.plusSeconds(2)).reason());
    etcd.renewals.always(FakeCall::serve);
    etcd.renewals.seen().forEach(FakeCall::serve);
    owned.heal("1");
    assertEquals(1, etcd.txns.seen().size(), "written again though it was still there");
    hold(TTL, () -> owned.lost.size() == 1);
  }

  @Test
  void theAnswerForAnotherLeaseConfirmsNothing() {
    Driver.Owned owned = open().own("s", "a");
    owned.take("1");
    etcd.renewals.always(
        call -> call.answer(call.carryOut().toBuilder().setID(call.request().getID() + 1).build()));
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TTL.plusSeconds(2)).reason());
  }

  /** etcd may grant more than was asked for, and its word is what counts. */
  @Test
  void theTtlGrantedIsReportedAndSetsThePace() {
    etcd.grants.next(call -> call.answer(call.carryOut().toBuilder().setTTL(30).build()));
    Driver driver = open();
    assertEquals(Duration.ofSeconds(30), driver.own("s", "a").take("1"));
    Driver.Owned usual = driver.own("s", "b");
    assertEquals(TTL, usual.take("1"));
    long granted = etcd.grants.seen().size();
    Await.until("the other is renewed", SOON, () -> etcd.renewals.seen().size() >= 2);
    assertEquals(2, granted);
    long slow = leaseOf("n/s/a");
    assertTrue(etcd.renewals.seen().stream().noneMatch(call -> call.request().getID() == slow));
  }

  /** A put on lease 0 would be a put without a lease: a record that stays for good. */
  @Test
  void aGrantThatIsNoneFailsAndNothingIsWritten() {
    Driver.Owned owned = open().own("s", "a");
    for (LeaseGrantResponse none :
        List.of(
            LeaseGrantResponse.newBuilder().setError("lease store is full").build(),
            LeaseGrantResponse.newBuilder().setID(77).setTTL(0).build(),
            LeaseGrantResponse.newBuilder().setID(78).setTTL(-1).build(),
            // etcd gives positive ids only, and jetcd writes with no other.
            LeaseGrantResponse.newBuilder().setID(-79).setTTL(2).build())) {
      etcd.grants.next(call -> call.answer(none));
      assertFails(Reason.UNAVAILABLE, owned.start("1", Claim.TAKE_OVER));
    }
    assertEquals(0, etcd.txns.seen().size());
    assertEquals(0, etcd.renewals.seen().size());
    assertEquals(TTL, owned.take("1"));
    assertEquals(Map.of("n/s/a", "1"), etcd.store.content());
  }

  @Test
  void aLeaseAlreadyRevokedIsReleased() {
    Driver.Owned owned = open().own("s", "a", LONG);
    owned.take("1");
    etcd.revocations.next(
        call -> {
          call.carryOut();
          call.serve();
        });
    owned.release();
    assertEquals(1, etcd.revocations.seen().size());
    assertEquals(Map.of(), etcd.store.content());
  }

  @Test
  void aRevocationWithoutAnAnswerFailsAndIsRepeatedByTheNextRelease() {
    Driver driver = closing(new Driver(config().with("request-timeout", "2s")));
    Driver.Owned owned = driver.own("s", "a", LONG);
    owned.take("1");
    etcd.revocations.next(FakeCall::ignore);
    assertFails(Reason.UNAVAILABLE, driver.begin(owned.ownership::release));
    assertEquals(1, etcd.store.content().size());
    owned.release();
    assertEquals(Map.of(), etcd.store.content());
    etcd.revocations.seen().get(0).serve(); // late, and of no consequence
    assertEquals(0, etcd.store.leases());
  }

  private long lease() {
    return leaseOf("n/s/a");
  }

  private long leaseOf(String key) {
    return etcd.store.record(key).getLease();
  }
}
