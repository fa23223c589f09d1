package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.EtcdTest.hold;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UnknownFieldSet;
import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.Watcher;
import io.discovery.tck.Await;
import io.etcd.jetcd.Client;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a watch stream may say and how it may end, of which most never happens on a quiet day. */
class EtcdWatchCornersTest extends FakeEtcdTest {
  private static final String DENIED = "etcdserver: permission denied";

  /** jetcd makes a new stream of some ends, half a second later, and nothing at all of others. */
  @Test
  void everyEndOfTheStreamIsAnEndWithItsCauseAndIsNotMended() {
    Driver driver = open();
    Map<View, String> ends = new LinkedHashMap<>();
    for (Status status :
        List.of(
            Status.OK,
            Status.UNAVAILABLE,
            Status.INTERNAL,
            Status.UNAVAILABLE.withDescription("etcdserver: no leader"),
            Status.UNAVAILABLE.withDescription("etcdserver: request timed out"),
            Status.CANCELLED,
            Status.UNKNOWN,
            Status.ABORTED,
            Status.DATA_LOSS,
            Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests"),
            Status.FAILED_PRECONDITION.withDescription("etcdserver: mvcc: corrupt"))) {
      View view = driver.watch("s");
      etcd.watches.last().end(status);
      String words =
          status.getDescription() == null ? status.getCode().name() : status.getDescription();
      ends.put(view, status.isOk() ? "the store ended the watch" : words);
    }
    ends.forEach(
        (view, words) -> {
          DiscoveryException end = view.awaitEnd(SOON);
          assertEquals(Reason.UNAVAILABLE, end.reason());
          assertTrue(end.getMessage().contains(words), () -> words + ": " + end.getMessage());
        });
    hold(Duration.ofMillis(800), () -> etcd.watches.seen().size() == ends.size());
  }

  /** On a client of others nothing stands between jetcd and a status without a description. */
  @Test
  void aLentClientsStreamEndsTooWhenJetcdStumblesOverIt() {
    Client client = closing(Client.builder().endpoints("http://" + etcd.endpoint()).build());
    Driver driver = closing(new Driver(new EtcdBackendProvider(client), config()));
    List<View> views = new ArrayList<>();
    for (Status status : List.of(Status.UNAVAILABLE, Status.INTERNAL, Status.OK)) {
      views.add(driver.watch("s"));
      etcd.watches.last().end(status);
    }
    views.forEach(view -> assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason()));
    hold(Duration.ofMillis(800), () -> etcd.watches.seen().size() == views.size());
  }

  @Test
  void aStreamThatIsNotConfirmedEndsAfterTwoSecondsAndIsReleased() {
    etcd.watches.next(FakeWatch::ignore);
    etcd.store.put("n/s/a", "1");
    View view = open().subscribe("s");
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    assertTrue(view.listing().isEmpty());
    assertEquals(List.of("a"), view.parts(), "what can be decoded meanwhile");
    assertReleased(etcd.watches.last());
  }

  @Test
  void aListingWhoseLastPageCannotBeTakenIsAnEnd() {
    etcd.store.put("n/s/a", "1");
    Driver driver = open();
    View view = new View(driver.loop);
    view.refusesParts = true;
    driver.subscribe("s", view).awaitEnd(SOON);
    assertTrue(view.listing().isEmpty());
  }

  /** Each attempt's calls may go round the members, so a new attempt would meet the same one. */
  @Test
  void aStreamThatAMemberDoesNotConfirmIsAskedOfTheNext() {
    etcd.watches.next(FakeWatch::ignore);
    View view = closing(new Driver(twoMembers())).watch("s");
    assertEquals(2, etcd.watches.seen().size());
    assertEquals(
        etcd.watches.seen().get(0).request().getStartRevision(),
        etcd.watches.last().request().getStartRevision());
    assertReleased(etcd.watches.seen().get(0));
    etcd.store.put("n/s/a", "1");
    view.awaitRecords(Map.of("a", "1"));
    assertTrue(view.end().isEmpty());
  }

  @Test
  void aStreamThatNoMemberConfirmsEnds() {
    etcd.watches.always(FakeWatch::ignore);
    View view = closing(new Driver(twoMembers())).subscribe("s");
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    assertTrue(view.listing().isEmpty());
    etcd.watches.seen().forEach(EtcdWatchCornersTest::assertReleased);
  }

  /** Otherwise it would wait out its backoff, half a minute after some faults, in a well store. */
  @Test
  void aSilentWatchIsFollowedByWordThatTheStoreAnswers() {
    Driver driver = open();
    View view = driver.watch("s");
    CompletableFuture<Void> proof =
        driver.begin(
            () -> {
              CompletionStage<Void> asked = view.subscription.probe();
              view.subscription.close(); // as the engine does when the proof is overdue
              return asked;
            });
    assertFails(Reason.UNAVAILABLE, proof);
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }

  /** The fake under two addresses. */
  private RegistryConfig twoMembers() {
    return config()
        .withEndpoints(etcd.endpoint(), etcd.endpoint().replace("127.0.0.1", "localhost"));
  }

  @Test
  void aStreamThatIsRefusedAnIdIsAnEnd() {
    etcd.watches.next(watch -> watch.send(watch.response().setCreated(true).setWatchId(-1)));
    View view = open().subscribe("s");
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    assertReleased(etcd.watches.last());
  }

  /** A client that resumes a stream by itself has most likely lost events. */
  @Test
  void aStreamThatIsConfirmedTwiceIsAnEnd() {
    View view = open().watch("s");
    etcd.watches.last().confirm();
    DiscoveryException end = view.awaitEnd(SOON);
    assertTrue(end.getMessage().contains("confirmed twice"), end::getMessage);
    assertReleased(etcd.watches.last());
  }

  @Test
  void nothingIsLostWhenStreamsBreakBetweenTheirConfirmationAndTheFirstEvent() {
    Driver driver = open();
    for (int round = 1; round <= 3; round++) {
      etcd.watches.next(FakeWatch::confirm);
      View view = driver.watch("s");
      long read = view.listing().orElseThrow().revision();
      FakeWatch watch = etcd.watches.last();
      assertTrue(watch.request().getStartRevision() <= read);
      etcd.store.put("n/s/" + round, "v");
      watch.end(Status.UNAVAILABLE);
      view.awaitEnd(SOON);
    }
    View last = driver.watch("s");
    assertEquals(Map.of("1", "v", "2", "v", "3", "v"), last.records());
  }

  /** Between list and watch: the watch catches up, since it begins where the list ended. */
  @Test
  void whatIsCommittedBeforeTheConfirmationIsSeen() {
    etcd.watches.next(
        watch -> {
          etcd.store.put("n/s/a", "1");
          watch.serve();
        });
    View view = open().watch("s");
    assertEquals(0, view.listing().orElseThrow().entries().size());
    view.awaitRecords(Map.of("a", "1"));
  }

  @Test
  void everyCancellationIsAnEnd() {
    Driver driver = open();
    Map<String, Consumer<FakeWatch>> cancellations =
        Map.of(
            "compacted",
                watch ->
                    watch.send(
                        watch
                            .response()
                            .setCanceled(true)
                            .setCompactRevision(9)
                            .setCancelReason(
                                "etcdserver: mvcc: required revision has been compacted")),
            "future revision", watch -> watch.send(watch.response().setCanceled(true)),
            "of the operator",
                watch ->
                    watch.send(
                        watch
                            .response()
                            .setCanceled(true)
                            .setCancelReason("etcdserver: a whim of the operator")));
    cancellations.forEach(
        (words, cancellation) -> {
          View view = driver.watch("s");
          cancellation.accept(etcd.watches.last());
          DiscoveryException end = view.awaitEnd(SOON);
          assertEquals(Reason.UNAVAILABLE, end.reason());
          assertTrue(end.getMessage().contains(words), end::getMessage);
          assertReleased(etcd.watches.last());
        });
    assertEquals(0, driver.reachable.get(), "a refusal taken for an outage");
  }

  /** etcd lets a watch begin in the future, and tells nothing until it gets there. */
  @Test
  void aWipeBetweenListAndWatchIsAnEnd() {
    fill(20);
    Driver driver = open();
    etcd.watches.next(
        watch -> {
          etcd.store.wipe();
          watch.serve();
        });
    View blind = driver.subscribe("s");
    assertEquals(Reason.UNAVAILABLE, blind.awaitEnd(SOON).reason());
    View view = driver.watch("s");
    assertEquals(Map.of(), view.records());
    etcd.store.put("n/s/b", "new");
    view.awaitRecords(Map.of("b", "new"));
  }

  /** A silent stream of a store that was wiped meanwhile: its progress gives it away. */
  @Test
  void aWipeUnderAStreamIsAnEndAtTheNextProbe() {
    fill(20);
    Driver driver = open();
    View view = driver.watch("s");
    etcd.store.wipe();
    assertFails(Reason.UNAVAILABLE, driver.probe(view.subscription));
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    Await.until("word that the store answers", SOON, () -> driver.reachable.get() == 1);
  }

  @Test
  void aMemberThatLagsIsNoWipe() {
    fill(20);
    Driver driver = open();
    etcd.watches.next(
        watch -> {
          watch.send(watch.response(FakeStore.CLUSTER, 5).setCreated(true));
          watch.follow();
        });
    View view = driver.watch("s");
    driver.list("s"); // behind the question whether the quorum lags too
    etcd.store.put("n/s/b", "1");
    view.awaitRecords(Map.of("a", "20", "b", "1"));
    assertTrue(view.end().isEmpty());
  }

  @Test
  void anotherClusterIsAnEnd() {
    Driver driver = open();
    View atOnce =
        confirmedBy(driver, watch -> watch.send(watch.response(0xC2, 1).setCreated(true)));
    assertEquals(Reason.UNAVAILABLE, atOnce.awaitEnd(SOON).reason());
    assertTrue(atOnce.listing().isEmpty());
    View later = driver.watch("s");
    FakeWatch watch = etcd.watches.last();
    watch.send(watch.response(0xC2, 2).addEvents(FakeStore.event("n/s/a", "foreign", 2)));
    assertEquals(Reason.UNAVAILABLE, later.awaitEnd(SOON).reason());
    assertEquals(Map.of(), later.records());
  }

  @Test
  void aMessageOfManyRevisionsIsOneChangeInWhichTheLastWordCounts() {
    Driver driver = open();
    View view = driver.watch("s");
    FakeWatch watch = etcd.watches.last();
    watch.send(
        watch
            .response(FakeStore.CLUSTER, 6)
            .addEvents(FakeStore.event("n/s/a", "1", 2))
            .addEvents(FakeStore.event("n/s/b", "1", 3))
            .addEvents(FakeStore.event("n/s/a", null, 4))
            .addEvents(FakeStore.event("n/s/b", null, 5))
            .addEvents(FakeStore.event("n/s/b", "2", 6)));
    view.awaitRecords(Map.of("b", "2"));
    assertEquals(1, view.deltas().size());
    assertEquals(6, view.deltas().get(0).revision());
    assertEquals(List.of("a"), view.deltas().get(0).removes());
  }

  /** Pieces of one revision, with a mark that jetcd's messages have no name for. */
  @Test
  void aRevisionInFragmentsIsSeenWhole() {
    View view = open().watch("s");
    FakeWatch watch = etcd.watches.last();
    UnknownFieldSet fragment =
        UnknownFieldSet.newBuilder()
            .addField(7, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    for (String id : List.of("a", "b", "c")) {
      watch.send(
          watch
              .response(FakeStore.CLUSTER, 2)
              .setUnknownFields(id.equals("c") ? UnknownFieldSet.getDefaultInstance() : fragment)
              .addEvents(FakeStore.event("n/s/" + id, "1", 2)));
    }
    view.awaitRecords(Map.of("a", "1", "b", "1", "c", "1"));
    assertTrue(view.end().isEmpty());
  }

  @Test
  void progressIsNoChangeAndNoEndAndProvesTheStream() {
    Driver driver = open();
    View view = driver.watch("s");
    FakeWatch watch = etcd.watches.last();
    for (int i = 0; i < 8; i++) {
      etcd.store.put("n/t/a", "" + i); // or the answers to probes would look like a wipe
    }
    for (int revision = 2; revision < 6; revision++) {
      watch.send(watch.response(FakeStore.CLUSTER, revision));
      Driver.await(driver.probe(view.subscription));
    }
    assertEquals(List.of(), view.deltas());
    // Progress is no event: one of a revision that was already named still counts.
    watch.send(watch.response(FakeStore.CLUSTER, 6).addEvents(FakeStore.event("n/s/a", "1", 3)));
    view.awaitRecords(Map.of("a", "1"));
    assertTrue(view.end().isEmpty());
  }

  /** As when a server mixes up its watches; jetcd does not look at their ids. */
  @Test
  void eventsOfOtherKeysAreNoInstances() {
    View view = open().watch("s");
    FakeWatch watch = etcd.watches.last();
    watch.send(
        watch
            .response(FakeStore.CLUSTER, 4)
            .setWatchId(99)
            .addEvents(FakeStore.event("n/t/a", "foreign", 2))
            .addEvents(FakeStore.event("n", "short", 3)));
    watch.send(watch.response(FakeStore.CLUSTER, 5).addEvents(FakeStore.event("n/s/b", "1", 5)));
    view.awaitRecords(Map.of("b", "1"));
    assertTrue(view.end().isEmpty());
  }

  @Test
  void aMessageTooLargeForTheClientIsAnEndAndTheListStillWorks() {
    Client client =
        closing(
            Client.builder()
                .endpoints("http://" + etcd.endpoint())
                .maxInboundMessageSize(100_000)
                .build());
    Driver driver = closing(new Driver(new EtcdBackendProvider(client), config()));
    View view = driver.watch("s");
    FakeWatch watch = etcd.watches.last();
    var message = watch.response(FakeStore.CLUSTER, 4);
    for (int i = 0; i < 4; i++) {
      etcd.store.put("n/s/" + i, "x".repeat(30_000));
      message.addEvents(FakeStore.event("n/s/" + i, "x".repeat(30_000), i + 2));
    }
    watch.send(message);
    // Not REJECTED, after which the engine waits for half a minute: reading again will do.
    assertEquals(Reason.UNAVAILABLE, view.awaitEnd(SOON).reason());
    assertEquals(4, driver.watch("s").records().size());
  }

  @Test
  void aWatchDeniedThoughTheListIsNotIsDeniedAndNotTriedHot() throws Exception {
    Driver driver = open();
    etcd.watches.always(EtcdWatchCornersTest::deny);
    assertEquals(Reason.DENIED, driver.subscribe("s").awaitEnd(SOON).reason());
    int before = etcd.watches.seen().size();
    try (Registry registry = Registries.open(config());
        Watcher watcher = registry.watch("s", all -> {})) {
      Await.until("the watch is tried", SOON, () -> etcd.watches.seen().size() > before);
      // jetcd would try every 500 ms, the engine waits for five seconds.
      hold(Duration.ofSeconds(3), () -> etcd.watches.seen().size() == before + 1);
      assertTrue(watcher.current().isEmpty());
      etcd.watches.always(FakeWatch::serve);
      Await.until(
          "permission given shows", Duration.ofSeconds(8), () -> watcher.current().isPresent());
    }
  }

  private static void deny(FakeWatch watch) {
    watch.send(
        watch.response().setWatchId(-1).setCreated(true).setCanceled(true).setCancelReason(DENIED));
  }

  private View confirmedBy(Driver driver, Consumer<FakeWatch> reaction) {
    etcd.watches.next(reaction);
    return driver.subscribe("s");
  }

  private void fill(int revisions) {
    for (int i = 1; i <= revisions; i++) {
      etcd.store.put("n/s/a", "" + i);
    }
  }

  private static void assertReleased(FakeWatch watch) {
    Await.until("the server is told that the watch is over", SOON, () -> !watch.isOpen());
  }
}
