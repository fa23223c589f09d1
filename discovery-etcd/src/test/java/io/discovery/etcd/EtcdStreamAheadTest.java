package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.EtcdTest.hold;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What may happen to a stream while the list is read that it is to go on from. */
class EtcdStreamAheadTest extends FakeEtcdTest {
  private final CompletableFuture<FakeCall<RangeRequest, RangeResponse>> reading =
      new CompletableFuture<>();
  private Driver driver;

  /** Of a store that has just been heard, in which one list is held up. */
  private View subscribe(RegistryConfig config) {
    return subscribe(new Driver(config));
  }

  private View subscribe(Driver opened) {
    driver = closing(opened);
    driver.services(); // before which a user needs a token
    etcd.store.put("n/s/a", "1");
    etcd.ranges.next(FakeCall::serve);
    etcd.ranges.next(reading::complete);
    View view = new View(driver.loop);
    Driver.await(
        driver.begin(
            () ->
                driver
                    .backend
                    .list("s")
                    .thenApply(
                        all -> {
                          view.subscription = driver.backend.subscribe("s", view);
                          return all;
                        })));
    return view;
  }

  @Test
  void itOpensMeanwhileAndServes() {
    long begun = System.nanoTime();
    View view = subscribe(config());
    awaitStreams(1);
    assertTrue(view.listing().isEmpty());
    reading.join().serve();
    view.awaitRecords(Map.of("a", "1"));
    long took = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    assertTrue(
        etcd.watches.seen().size() == 1 || took > 400, () -> "replaced after " + took + " ms");
    int offers = driver.loop.offers();
    etcd.store.put("n/s/b", "1");
    view.awaitRecords(Map.of("a", "1", "b", "1"));
    assertTrue(driver.loop.offers() > offers, "news may be heard on the client's thread");
  }

  /** A view does not go back in time (rule 3.4), nor is anything missed (rule 3.3). */
  @Test
  void ofWhatItTellsTooEarlyOnlyTheLastOfWhatTheListDoesNotHaveCounts() {
    View view = subscribe(config());
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
    View view = subscribe(config());
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
  void itsEndIsAnEnd() {
    View view = subscribe(config());
    awaitStreams(1);
    stream(0).end(Status.UNAVAILABLE);
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    reading.join().serve();
    assertEquals(1, driver.list("s").entries().size()); // behind the other list
    assertTrue(view.listing().isEmpty());
    assertEquals(1, etcd.watches.seen().size());
  }

  @Test
  void ofAStoreThatHasNotBeenHeardItOpensBehindTheList() {
    driver = open();
    assertOpensBehindTheList();
  }

  /** The store would have to go through all that has happened since. */
  @Test
  void ofAStoreThatHasBeenHeardLongAgoItOpensBehindTheList() {
    driver = open();
    driver.services();
    etcd.store.put("n/s/a", "1");
    hold(Duration.ofMillis(1200), () -> etcd.watches.seen().isEmpty());
    assertOpensBehindTheList();
  }

  private void assertOpensBehindTheList() {
    etcd.ranges.next(reading::complete);
    driver.subscribe("s");
    long listed = reading.join().carryOut().getHeader().getRevision();
    assertEquals(0, etcd.watches.seen().size());
    reading.join().serve();
    awaitStreams(1);
    assertEquals(listed, stream(0).request().getStartRevision());
  }

  @Test
  void amongManyTheListsGoFirst() {
    driver = open();
    driver.services();
    Queue<FakeCall<RangeRequest, RangeResponse>> lists = new ConcurrentLinkedQueue<>();
    etcd.ranges.always(lists::add);
    List<View> views = IntStream.range(0, 40).mapToObj(i -> driver.subscribe("s" + i)).toList();
    Await.until("40 lists", SOON, () -> lists.size() == 40);
    assertTrue(etcd.watches.seen().size() < 20, () -> etcd.watches.seen().size() + " streams");
    lists.forEach(FakeCall::serve);
    views.forEach(view -> Await.until("a listing", SOON, () -> view.listing().isPresent()));
    int all = etcd.watches.seen().size();
    // On a machine that is slow at this the early ones are half a second old, and replaced.
    assertTrue(all >= 40 && all < 60, () -> all + " streams");
  }

  /** A token that has expired is found out by the list; jetcd would lose it to a refused watch. */
  @Test
  void aUsersOpensBehindTheList() {
    assertOpenedBehindTheList(subscribe(config().withCredentials("app", "s3cret")));
  }

  /** It may have a token, and does not tell. */
  @Test
  void aLentClientsOpensBehindTheList() {
    Client client = closing(Client.builder().endpoints("http://" + etcd.endpoint()).build());
    assertOpenedBehindTheList(subscribe(new Driver(new EtcdBackendProvider(client), config())));
    assertEquals(0, driver.loop.offers(), "its threads are its owner's");
  }

  private void assertOpenedBehindTheList(View view) {
    hold(Duration.ofMillis(300), () -> etcd.watches.seen().isEmpty());
    reading.join().serve();
    view.awaitRecords(Map.of("a", "1"));
    assertEquals(1, etcd.watches.seen().size());
  }

  private FakeWatch stream(int number) {
    return etcd.watches.seen().get(number);
  }

  private void awaitStreams(int count) {
    Await.until(count + " streams", SOON, () -> etcd.watches.seen().size() == count);
  }
}
