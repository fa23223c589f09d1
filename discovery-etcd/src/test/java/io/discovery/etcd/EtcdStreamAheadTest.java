package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.EtcdTest.hold;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.tck.Await;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may happen to a stream while the list is read that it is to go on from. */
class EtcdStreamAheadTest extends FakeEtcdTest {
  private final CompletableFuture<FakeCall<RangeRequest, RangeResponse>> reading =
      new CompletableFuture<>();
  private Driver driver;

  @BeforeEach
  void holdTheList() {
    driver = open();
    etcd.store.put("n/s/a", "1");
    etcd.ranges.next(reading::complete);
  }

  @Test
  void itOpensMeanwhileAndServes() {
    View view = driver.subscribe("s");
    awaitStreams(1);
    assertTrue(view.listing().isEmpty());
    reading.join().serve();
    view.awaitRecords(Map.of("a", "1"));
    etcd.store.put("n/s/b", "1");
    view.awaitRecords(Map.of("a", "1", "b", "1"));
    assertEquals(1, etcd.watches.seen().size());
  }

  /** A view does not go back in time (rule 3.4), nor is anything missed (rule 3.3). */
  @Test
  void ofWhatItTellsTooEarlyOnlyTheLastOfWhatTheListDoesNotHaveCounts() {
    View view = driver.subscribe("s");
    awaitStreams(1);
    etcd.store.put("n/s/a", "2");
    etcd.store.put("n/s/b", "1");
    RangeResponse list = reading.join().carryOut();
    etcd.store.delete("n/s/b");
    etcd.store.put("n/s/c", "1");
    etcd.store.put("n/s/c", "2");
    etcd.store.put("n/s/d", "1");
    etcd.store.delete("n/s/d");
    reading.join().answer(list);
    view.awaitRecords(Map.of("a", "2", "c", "2"));
    assertEquals(2, view.listing().orElseThrow().entries().size());
    assertTrue(
        view.deltas().stream()
            .flatMap(delta -> delta.puts().stream())
            .noneMatch(put -> put.id().equals("a")),
        "told again what the list has");
  }

  /** Until a silent stream is found out, its view is current for four of the five seconds. */
  @Test
  void aConfirmationOfLongAgoIsNoProof() {
    View view = driver.subscribe("s");
    awaitStreams(1);
    hold(Duration.ofMillis(800), () -> view.listing().isEmpty());
    etcd.watches.next(FakeWatch::ignore);
    reading.join().serve();
    awaitStreams(2);
    Await.until("the end of the first stream", SOON, () -> !stream(0).isOpen());
    assertTrue(view.listing().isEmpty(), "told without a stream that is known to live");
    etcd.store.put("n/s/b", "1"); // in no listing
    stream(1).serve();
    view.awaitRecords(Map.of("a", "1", "b", "1"));
  }

  @Test
  void oneThatBeginsBehindTheListIsReplaced() {
    CompletableFuture<FakeCall<RangeRequest, RangeResponse>> look = new CompletableFuture<>();
    etcd.looks.next(look::complete);
    View view = driver.subscribe("s");
    RangeResponse list = reading.join().carryOut();
    etcd.store.put("n/s/b", "1"); // which neither would tell
    etcd.store.put("n/t/a", "1");
    look.join().serve();
    awaitStreams(1);
    reading.join().answer(list);
    view.awaitRecords(Map.of("a", "1", "b", "1"));
    assertEquals(list.getHeader().getRevision(), stream(1).request().getStartRevision());
    Await.until("the end of the first stream", SOON, () -> !stream(0).isOpen());
  }

  @Test
  void itsEndIsAnEnd() {
    View view = driver.subscribe("s");
    awaitStreams(1);
    stream(0).end(Status.UNAVAILABLE);
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    reading.join().serve();
    assertEquals(1, driver.list("s").entries().size()); // behind the other list
    assertTrue(view.listing().isEmpty());
    assertEquals(1, etcd.watches.seen().size());
  }

  @Test
  void noListWaitsForTheQuestionWhereToBegin() {
    etcd.looks.always(FakeCall::ignore);
    View view = driver.subscribe("s");
    RangeResponse list = reading.join().carryOut();
    reading.join().answer(list);
    view.awaitRecords(Map.of("a", "1"));
    assertEquals(list.getHeader().getRevision(), stream(0).request().getStartRevision());
  }

  @Test
  void whoHasJustHeardOfTheStoreDoesNotAsk() {
    etcd.ranges.next(FakeCall::serve);
    View view = new View(driver.loop);
    CompletableFuture<?> begun =
        driver.begin(
            () -> driver.backend.list("s").thenApply(all -> driver.backend.subscribe("s", view)));
    reading.join().serve();
    Driver.await(begun);
    view.awaitRecords(Map.of("a", "1"));
    assertEquals(0, etcd.looks.seen().size());
    assertTrue(stream(0).request().getStartRevision() > 0);
  }

  private FakeWatch stream(int number) {
    return etcd.watches.seen().get(number);
  }

  private void awaitStreams(int count) {
    Await.until(count + " streams", SOON, () -> etcd.watches.seen().size() == count);
  }
}
