package io.discovery.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.discovery.DiscoveryException.Reason;
import io.discovery.tck.Await;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What counts as a proof that a stream tells of the present (rule 3.9). */
class EtcdProbeTest extends FakeEtcdTest {
  private final List<FakeCall<RangeRequest, RangeResponse>> held =
      Collections.synchronizedList(new ArrayList<>());
  private Driver driver;

  @BeforeEach
  void openDriver() {
    driver = open();
  }

  /** A member cut off from the others serves its streams, and no read that asks for a quorum. */
  @Test
  void theWordOfAMemberThatIsAloneProvesNothing() {
    View view = driver.watch("s");
    etcd.ranges.always(FakeCall::ignore);
    assertFails(Reason.UNAVAILABLE, driver.probe(view.subscription));
  }

  /** Newer servers answer for no revision that is yet to come. */
  @Test
  void aStoreInWhichNothingHappensIsNoSilentOne() {
    etcd.store.put("n/s/a", "1");
    View view = driver.watch("s");
    Driver.await(driver.probe(view.subscription));
    assertEquals(Map.of("a", "1"), view.records());
    assertEquals(List.of(), view.deltas(), "told again what the listing has");
  }

  @Test
  void aMemberThatLagsProvesTheStreamWhenItHasCaughtUp() {
    View view = driver.watch("s");
    long behind = etcd.store.header().getRevision();
    etcd.ranges.next(
        call ->
            call.answer(
                RangeResponse.newBuilder()
                    .setHeader(etcd.store.header().toBuilder().setRevision(behind + 2))
                    .build()));
    CompletableFuture<Void> proof = driver.probe(view.subscription);
    Await.until("being asked again", Driver.SOON, () -> etcd.progress.get() >= 3);
    assertFalse(proof.isDone(), "proven by a member that is two revisions behind");
    etcd.store.put("n/t/a", "1");
    etcd.store.put("n/t/b", "1");
    Driver.await(proof);
    assertEquals(List.of(), view.deltas());
  }

  /** A thousand quiet watches shall not ask a thousand times a second. */
  @Test
  void probesOfOneMomentAskTheQuorumOnce() {
    List<View> views = List.of(driver.watch("s"), driver.watch("t"), driver.watch("u"));
    etcd.ranges.always(held::add);
    List<CompletableFuture<Void>> proofs =
        views.stream().map(view -> driver.probe(view.subscription)).toList();
    Await.until("a question", Driver.SOON, () -> !held.isEmpty());
    driver.begin(() -> CompletableFuture.completedStage(null)).join(); // behind all probes
    held.forEach(FakeCall::serve);
    proofs.forEach(Driver::await);
    assertEquals(1, held.size(), "questions to the quorum");
  }
}
