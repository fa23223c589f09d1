package io.discovery.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may happen between the pages of one read. */
class EtcdPageCornersTest extends FakeEtcdTest {
  private final Map<String, String> expected = new TreeMap<>();
  private Driver driver;

  @BeforeEach
  void fill() {
    for (String id : List.of("a", "b", "c", "d", "e", "f")) {
      etcd.store.put("n/s/" + id, "1");
      expected.put(id, "1");
    }
    driver = driver(config().with("etcd.page-size", "2"));
  }

  @Test
  void allPagesAreOfTheFirstOnesRevisionWhateverIsWrittenMeanwhile() {
    long revision = etcd.store.header().getRevision();
    etcd.ranges.always(
        page -> {
          page.serve();
          etcd.store.delete("n/s/d");
          etcd.store.put("n/s/e", "2");
          etcd.store.put("n/s/g", "2");
        });
    View view = driver.subscribe("s");
    view.awaitRecords(Map.of("a", "1", "b", "1", "c", "1", "e", "2", "f", "1", "g", "2"));
    assertEquals(revision, view.listing().orElseThrow().revision());
    assertEquals(expected.size(), view.listing().orElseThrow().entries().size());
    assertEquals(0, etcd.ranges.seen().get(0).request().getRevision());
    assertTrue(
        etcd.ranges.seen().stream()
            .skip(1)
            .allMatch(page -> page.request().getRevision() == revision));
  }

  @Test
  void aPageCanBeDecodedBeforeTheNextIsThere() {
    secondPage(page -> {});
    View view = driver.subscribe("s");
    Await.until("a part", Driver.SOON, () -> view.parts().equals(List.of("a", "b")));
    assertTrue(view.listing().isEmpty(), "half a listing");
  }

  @Test
  void aLongListComesInFewPages() {
    Driver patient = driver(config().with("request-timeout", "60s").with("list-timeout", "60s"));
    firstPageOfMany();
    etcd.ranges.next(page -> page.answer(change(page, answer -> longPage(answer, 30_000, 40_000))));
    patient.list("s");
    assertEquals(List.of(10_000L, 30_000L, 10_000L), limits());
  }

  /** Another of that size might outlast what a member of a cluster is given. */
  @Test
  void aSlowPageIsFollowedByNoLargerOne() {
    Driver impatient = driver(config().with("request-timeout", "2s"));
    etcd.ranges.next(
        page ->
            CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS)
                .execute(
                    () -> page.answer(change(page, answer -> longPage(answer, 10_000, 50_000)))));
    impatient.list("s");
    assertEquals(List.of(10_000L, 10_000L), limits());
  }

  /** The line may have become slow, and what comes in vain is still on it. */
  @Test
  void anotherMemberIsAskedForNoMoreThanIsModerate() {
    Driver cluster =
        driver(
            config()
                .withEndpoints(etcd.endpoint(), etcd.endpoint().replace("127.0.0.1", "localhost"))
                .with("request-timeout", "10s"));
    firstPageOfMany();
    etcd.ranges.next(page -> {});
    cluster.list("s");
    assertTrue(limits().get(1) > 10_000, () -> "as slow as that: " + limits());
    assertEquals(10_000, limits().get(2));
  }

  private Driver driver(RegistryConfig config) {
    return closing(new Driver(config));
  }

  private void firstPageOfMany() {
    etcd.ranges.next(page -> page.answer(change(page, answer -> longPage(answer, 10_000, 50_000))));
  }

  private List<Long> limits() {
    return etcd.ranges.seen().stream().map(page -> page.request().getLimit()).toList();
  }

  private static RangeResponse.Builder longPage(
      RangeResponse.Builder answer, int records, int count) {
    KeyValue any = answer.getKvs(0);
    return answer
        .clearKvs()
        .addAllKvs(Collections.nCopies(records, any))
        .setCount(count)
        .setMore(true);
  }

  @Test
  void aCompactionBetweenPagesFailsTheReadAndTheNextIsWhole() {
    secondPage(
        page ->
            page.fail(
                Status.OUT_OF_RANGE.withDescription(
                    "etcdserver: mvcc: required revision has been compacted")));
    assertFails(Reason.UNAVAILABLE, list());
    assertEquals(expected.size(), driver.list("s").entries().size());
    assertEquals(0, driver.reachable.get(), "a refusal taken for an outage");
  }

  /** Half a list is worse than none: what is missing would look deregistered. */
  @Test
  void anotherClusterAtTheSecondPageFailsTheRead() {
    secondPage(
        page ->
            page.answer(
                change(
                    page,
                    answer ->
                        answer.setHeader(answer.getHeader().toBuilder().setClusterId(0xC2)))));
    assertFails(Reason.UNAVAILABLE, list());
    assertEquals(expected.size(), driver.list("s").entries().size());
  }

  @Test
  void anEmptyPageThatPromisesMoreFailsTheReadAndIsNotAskedForAgain() {
    Consumer<FakeCall<RangeRequest, RangeResponse>> empty =
        page -> page.answer(change(page, RangeResponse.Builder::clearKvs));
    etcd.ranges.next(empty);
    assertFails(Reason.UNAVAILABLE, list());
    assertEquals(1, etcd.ranges.seen().size());
    secondPage(empty);
    assertFails(Reason.UNAVAILABLE, list());
    assertEquals(3, etcd.ranges.seen().size());
    assertEquals(expected.size(), driver.list("s").entries().size());
  }

  private void secondPage(Consumer<FakeCall<RangeRequest, RangeResponse>> reaction) {
    etcd.ranges.next(FakeCall::serve);
    etcd.ranges.next(reaction);
  }

  private CompletableFuture<?> list() {
    return driver.begin(() -> driver.backend.list("s"));
  }

  private static RangeResponse change(
      FakeCall<RangeRequest, RangeResponse> page, UnaryOperator<RangeResponse.Builder> change) {
    return change.apply(page.carryOut().toBuilder()).build();
  }
}
