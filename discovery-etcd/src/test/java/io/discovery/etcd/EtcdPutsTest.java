package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Puts that come while others are under way go together, and none of them fails for another. */
class EtcdPutsTest extends FakeEtcdTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<Driver.Owned> records = new ArrayList<>();
  private final List<CompletableFuture<Duration>> lanes = new ArrayList<>();
  private int before; // transactions

  /** Records that have a lease, so that a put waits from the moment that it is asked for. */
  private void records(Driver driver, int count) {
    for (int i = 0; i < count; i++) {
      Driver.Owned owned = driver.own("s", "r" + i, LONG);
      owned.take("0");
      records.add(owned);
    }
    occupyAllLanes(driver);
  }

  private void occupyAllLanes(Driver driver) {
    before = etcd.txns.seen().size() + EtcdPuts.LANES;
    for (int i = 0; i < EtcdPuts.LANES; i++) {
      etcd.txns.next(FakeCall::ignore);
      lanes.add(driver.own("s", "lane" + i, LONG).start("0", Claim.TAKE_OVER));
    }
    Await.until("puts on all lanes", SOON, () -> etcd.txns.seen().size() == before);
  }

  private List<CompletableFuture<Duration>> update(String value) {
    return records.stream().map(owned -> owned.start(value, Claim.HEAL)).toList();
  }

  /** Lets the puts go that have waited. */
  private void freeOneLane() {
    etcd.txns.seen().get(before - 1).serve();
    Driver.await(CompletableFuture.anyOf(lanes.toArray(CompletableFuture[]::new)));
  }

  /** How many puts each transaction has had since then. */
  private List<Integer> sizes() {
    return etcd.txns.seen().stream()
        .skip(before)
        .map(FakeCall::request)
        .map(TxnRequest::getSuccessCount)
        .toList();
  }

  private String stored(int record) {
    return etcd.store.content().get("n/s/r" + record);
  }

  @Test
  void whatComesMeanwhileGoesTogether() {
    records(open(), 10);
    List<CompletableFuture<Duration>> updates = update("1");
    long revision = etcd.store.header().getRevision();
    assertEquals(List.of(), sizes());
    freeOneLane();
    updates.forEach(Driver::await);
    assertEquals(List.of(10), sizes());
    assertEquals(revision + 2, etcd.store.header().getRevision());
    assertEquals("1", stored(9));
  }

  @Test
  void noMoreThanAServerTakes() {
    records(open(), 70);
    List<CompletableFuture<Duration>> updates = update("1");
    freeOneLane();
    updates.forEach(Driver::await);
    assertEquals(List.of(64, 6), sizes());
  }

  @Test
  void noMoreBytesThanAServerTakes() {
    records(open(), 3);
    List<CompletableFuture<Duration>> updates = update("x".repeat(200 * 1024));
    freeOneLane();
    updates.forEach(Driver::await);
    assertEquals(List.of(2, 1), sizes());
  }

  /** The others are put all the same, together; whose it is decides what becomes of this one. */
  @Test
  void aRecordOfSomebodyElseFailsAlone() {
    records(open(), 10);
    List<CompletableFuture<Duration>> updates = update("1");
    etcd.store.put("n/s/r3", "foreign", 99);
    freeOneLane();
    assertFails(Reason.SUPERSEDED, updates.get(3));
    for (int i = 0; i < 10; i++) {
      if (i != 3) {
        Driver.await(updates.get(i));
      }
      assertEquals(i == 3 ? "foreign" : "1", stored(i));
    }
    assertEquals(List.of(10, 9), sizes());
  }

  /** The store refuses all for the one whose lease it does not know. */
  @Test
  void aLeaseThatIsGoneFailsNoOther() {
    Driver driver = open();
    for (int i = 0; i < 3; i++) {
      Driver.Owned owned = driver.own("s", "r" + i, LONG);
      etcd.txns.next(call -> call.fail(Status.UNAVAILABLE)); // leaves a lease and no key
      assertFails(Reason.UNAVAILABLE, owned.start("0", Claim.TAKE_OVER));
      records.add(owned);
    }
    long lease = etcd.txns.last().request().getSuccess(0).getRequestPut().getLease();
    occupyAllLanes(driver);
    List<CompletableFuture<Duration>> updates = update("1");
    etcd.store.revoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    freeOneLane();
    updates.forEach(Driver::await);
    assertEquals(List.of(3, 1, 1, 1, 1), sizes());
    assertEquals("1", stored(2));
  }

  /** As a server does that is configured to take fewer operations. */
  @Test
  void ofWhatIsTooMuchFewerGoTogetherFromThenOn() {
    records(open(), 10);
    List<CompletableFuture<Duration>> updates = update("1");
    for (int i = 0; i < 2; i++) {
      refuse(Status.INVALID_ARGUMENT, "etcdserver: too many operations in txn request");
    }
    freeOneLane();
    updates.forEach(Driver::await);
    assertEquals(List.of(10, 5), sizes().subList(0, 2));
    assertTrue(sizes().stream().skip(2).allMatch(size -> size <= 2), sizes()::toString);
    assertEquals("1", stored(9));
  }

  /** As where the role may write some of the keys. */
  @Test
  void whatIsForbiddenIsAskedForOneByOne() {
    records(open(), 5);
    List<CompletableFuture<Duration>> updates = update("1");
    refuse(Status.PERMISSION_DENIED, "etcdserver: permission denied");
    refuse(Status.PERMISSION_DENIED, "etcdserver: permission denied");
    freeOneLane();
    assertFails(Reason.DENIED, updates.get(0));
    updates.subList(1, 5).forEach(Driver::await);
    assertEquals(List.of(5, 1, 1, 1, 1, 1), sizes());
  }

  /** As a store that is full: to ask for each one would be hot. */
  @Test
  void whatIsRefusedForAnotherReasonIsSoForAll() {
    records(open(), 5);
    List<CompletableFuture<Duration>> updates = update("1");
    refuse(Status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded");
    freeOneLane();
    updates.forEach(put -> assertFails(Reason.UNAVAILABLE, put));
    assertEquals(List.of(5), sizes());
  }

  private void refuse(Status status, String why) {
    etcd.txns.next(call -> call.fail(status.withDescription(why)));
  }

  @Test
  void anAnswerToOtherQuestionsIsNone() {
    records(open(), 5);
    List<CompletableFuture<Duration>> updates = update("1");
    etcd.txns.next(
        call -> call.answer(TxnResponse.newBuilder().setHeader(etcd.store.header()).build()));
    freeOneLane();
    updates.forEach(put -> assertFails(Reason.UNAVAILABLE, put));
  }

  /** They may have happened; what is true is found out by the next attempt. */
  @Test
  void withoutAnAnswerAllFailAndAreRecognised() {
    records(open(), 10);
    List<CompletableFuture<Duration>> updates = update("1");
    etcd.txns.next(EtcdPutsTest::carriedOutUnanswered);
    freeOneLane();
    updates.forEach(put -> assertFails(Reason.UNAVAILABLE, put));
    long revision = etcd.store.header().getRevision();
    records.forEach(owned -> owned.heal("1"));
    assertEquals(revision, etcd.store.header().getRevision(), "written twice");
  }

  private static void carriedOutUnanswered(FakeCall<TxnRequest, TxnResponse> call) {
    call.carryOut();
    call.fail(Status.UNAVAILABLE);
  }

  /** Two puts of one key in a transaction are refused by etcd, whatever they compare. */
  @Test
  void ofOneKeyOneAtATime() {
    records(open(), 1);
    List<CompletableFuture<Duration>> updates = new ArrayList<>(update("1"));
    updates.addAll(update("2"));
    freeOneLane();
    updates.forEach(Driver::await);
    assertEquals("2", stored(0));
    assertTrue(sizes().stream().allMatch(size -> size == 1), sizes()::toString);
  }

  /** Three quarters of the time of a request are for one call. */
  @Test
  void aSilentServerHoldsUpWhatWaitsForOneCallOnly() {
    records(closing(new Driver(config().with("request-timeout", "2s"))), 2);
    update("1").forEach(Driver::await);
    assertEquals(List.of(2), sizes());
    lanes.forEach(put -> assertFails(Reason.UNAVAILABLE, put));
  }

  /** Also on a client that is not ours to close. */
  @Test
  void whatWaitsAtTheEndIsNeverSent() {
    Client client = closing(Client.builder().endpoints("http://" + etcd.endpoint()).build());
    Driver driver = new Driver(new EtcdBackendProvider(client), config());
    records(driver, 2);
    List<CompletableFuture<Duration>> updates = update("1");
    driver.close();
    updates.forEach(put -> assertFails(Reason.UNAVAILABLE, put));
    client.getKVClient().get(ByteSequence.EMPTY).join(); // behind whatever else was sent
    assertEquals(List.of(), sizes());
  }
}
