package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.Driver.TTL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.tck.Await;
import io.etcd.jetcd.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a write leaves in the store, whom it yields to, and what it notices afterwards. */
class EtcdOwnershipTest extends EtcdTest {
  private static final Duration TICK = TTL.dividedBy(3).plusSeconds(1);

  @Test
  void aClaimCreatesTheRecordOnALeaseOfItsOwn() {
    Driver driver = open();
    assertEquals(Duration.ofSeconds(2), driver.own("s", "a", Duration.ofMillis(900)).take("1"));
    driver.registered("s", "b", "2");
    assertEquals(Map.of("a", "1", "b", "2"), stored("s"));
    assertNotEquals(record("s", "a").getLease(), record("s", "b").getLease());
  }

  @Test
  void anUpdateReplacesInPlaceAndEqualContentIsNotWritten() {
    Driver driver = open();
    Driver.Owned owned = driver.registered("s", "a", "1");
    KeyValue first = record("s", "a");
    owned.heal("2");
    KeyValue second = record("s", "a");
    assertEquals(first.getCreateRevision(), second.getCreateRevision());
    assertEquals(first.getLease(), second.getLease());
    long revision = etcd.revision();
    owned.heal("2");
    assertEquals(revision, etcd.revision());
    assertEquals(Map.of("a", "2"), stored("s"));
  }

  @Test
  void aTakeOverLeavesNoGapAndTheEndOfTheOldLeaseRemovesNothing() {
    Driver.Owned old = open().registered("s", "a", "1");
    KeyValue before = record("s", "a");
    View view = open().watch("s");
    Driver.Owned successor = open().registered("s", "a", "2");
    view.awaitRecords(Map.of("a", "2"));
    assertEquals(Reason.SUPERSEDED, old.awaitLost(TICK).reason());
    assertEquals(
        Reason.SUPERSEDED, assertThrows(DiscoveryException.class, () -> old.heal("1")).reason());
    old.release();
    Await.until("the old lease ended", SOON, () -> etcd.leases() == 1);
    assertEquals(before.getCreateRevision(), record("s", "a").getCreateRevision());
    assertEquals(Map.of("a", "2"), view.records());
    assertEquals(List.of(), view.deltas().stream().flatMap(d -> d.removes().stream()).toList());
    assertTrue(successor.lost.isEmpty());
  }

  @Test
  void aHealMeetsAForeignRecordAndTouchesNothing() {
    open().registered("s", "a", "x");
    long revision = etcd.revision();
    Driver.Owned owned = open().own("s", "a");
    DiscoveryException refused = assertThrows(DiscoveryException.class, () -> owned.heal("1"));
    assertEquals(Reason.SUPERSEDED, refused.reason());
    assertEquals(revision, etcd.revision());
    owned.release();
    assertEquals(Map.of("a", "x"), stored("s"));
  }

  @Test
  void aRecordWithoutALeaseIsNobodysAndNoSuccessor() {
    Driver.Owned owned = open().registered("s", "a", "1");
    etcd.put(namespace + "/s/a", "by hand");
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TICK).reason());
    owned.heal("1");
    assertEquals(Map.of("a", "1"), stored("s"));
    owned.release();
    assertEquals(Map.of(), stored("s"));
  }

  @Test
  void aHealCreatesWhatIsAbsent() {
    open().own("s", "a").heal("1");
    assertEquals(Map.of("a", "1"), stored("s"));
  }

  @Test
  void aLeaseRevokedFromOutsideIsNoticedAndHealed() {
    Driver.Owned owned = open().registered("s", "a", "1");
    etcd.expire(namespace, "s", "a");
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TICK).reason());
    assertEquals(Duration.ofSeconds(2), owned.heal("2"));
    assertEquals(Map.of("a", "2"), stored("s"));
    assertStaysAlive("s", "a");
    assertEquals(1, owned.lost.size());
  }

  @Test
  void anUpdateOnALeaseJustRevokedTakesANewOne() {
    Driver.Owned owned = open().registered("s", "a", "1");
    etcd.expire(namespace, "s", "a");
    owned.heal("2");
    assertEquals(Map.of("a", "2"), stored("s"));
    assertStaysAlive("s", "a");
  }

  @Test
  void aRecordDeletedFromOutsideIsNoticedAndHealed() {
    Driver.Owned owned = open().registered("s", "a", "1");
    long lease = record("s", "a").getLease();
    etcd.delete(namespace, "s", "a");
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TICK).reason());
    owned.heal("1");
    assertEquals(lease, record("s", "a").getLease());
  }

  @Test
  void contentChangedFromOutsideIsNoticedAndHealed() {
    Driver.Owned owned = open().registered("s", "a", "1");
    etcd.put(namespace, "s", "a", new byte[] {'x'});
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TICK).reason());
    owned.heal("1");
    assertEquals(Map.of("a", "1"), stored("s"));
  }

  @Test
  void aReleaseRemovesAtOnceAndIsIdempotent() {
    Driver driver = open();
    Driver.Owned owned = driver.registered("s", "a", "1");
    Driver.Owned other = driver.registered("s", "b", "2");
    owned.release();
    assertEquals(Map.of("b", "2"), stored("s"));
    owned.release();
    assertStaysAlive("s", "b");
    assertTrue(owned.lost.isEmpty() && other.lost.isEmpty());
    assertEquals(1, etcd.leases());
  }

  @Test
  void contentTooLargeForTheStoreIsRejectedAndTheRecordKept() {
    Driver.Owned owned = open().registered("s", "a", "1");
    String huge = "x".repeat(3 << 20);
    DiscoveryException refused = assertThrows(DiscoveryException.class, () -> owned.heal(huge));
    assertEquals(Reason.REJECTED, refused.reason());
    owned.heal("2");
    assertEquals(Map.of("a", "2"), stored("s"));
  }

  @Test
  void anOwnerThatDiesIsGoneAfterItsTtl() {
    Driver driver = open();
    driver.registered("s", "a", "1");
    assertStaysAlive("s", "a");
    abandon(driver);
    Await.until(
        "the record of a dead owner is gone",
        TTL.plusSeconds(2),
        () -> etcd.record(namespace, "s", "a").equals(Optional.empty()));
  }

  @Test
  void aRestartWithTheSameIdIsRegisteredAtOnceAndStaysWhenTheOldLeaseEnds() {
    Driver dead = open();
    dead.registered("s", "a", "1");
    abandon(dead);
    View view = open().watch("s");
    open().registered("s", "a", "2");
    assertEquals(Map.of("a", "2"), stored("s"));
    Await.until("the old lease ended", SOON, () -> etcd.leases() == 1);
    assertEquals(Map.of("a", "2"), view.records());
    assertEquals(1, view.deltas().size());
  }

  private void assertStaysAlive(String service, String id) {
    KeyValue before = record(service, id);
    hold(TTL.plusSeconds(2), () -> record(service, id).getModRevision() == before.getModRevision());
  }
}
