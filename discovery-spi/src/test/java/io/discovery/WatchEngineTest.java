package io.discovery;

import static io.discovery.ScriptedBackend.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.EngineHarness.Recorder;
import io.discovery.ScriptedBackend.Subscribed;
import io.discovery.Watcher.Phase;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The watching half of the engine, on virtual time. */
class WatchEngineTest {
  private final EngineHarness engine =
      new EngineHarness(RegistryConfig.defaults().with("max-instances", "5"));
  private final Recorder recorder = new Recorder();

  private Watcher watch() {
    Watcher watcher = engine.registry.watch("orders", recorder);
    engine.settle();
    return watcher;
  }

  private Subscribed stream() {
    return engine.backend.stream();
  }

  private void list(long revision, Entry... entries) {
    stream().list(revision, entries);
    engine.settle();
  }

  private void end(Reason reason) {
    stream().observer.onEnd(ScriptedBackend.failure(reason));
    engine.settle();
  }

  @Test
  void showsTheFullSetThenChanges() {
    watch();
    assertEquals(List.of(), recorder.log, "nothing is invented while connecting (rule 3.1)");
    list(1, entry("b", 2), entry("a", 1));
    stream().put(2, entry("c", 3));
    engine.settle();
    stream().remove(3, "a");
    engine.settle();
    assertEquals(List.of("[a, b]", "CURRENT", "[a, b, c]", "[b, c]"), recorder.log);
  }

  @Test
  void aPartIsNotShown() {
    watch();
    stream().observer.onPart(List.of(entry("a", 1)));
    engine.settle();
    assertEquals(List.of(), recorder.log, "half a set is none (rule 3.1)");
    list(1, entry("a", 1), entry("b", 2));
    assertEquals(List.of("[a, b]", "CURRENT"), recorder.log);
  }

  @Test
  void whatIsListedCountsWhateverWasAPart() {
    Watcher watcher = watch();
    stream().observer.onPart(List.of(entry("gone", 1), entry("a", 9), entry("b", 2)));
    list(1, entry("a", 1), entry("b", 2));
    assertEquals(List.of("[a, b]", "CURRENT"), recorder.log);
    assertEquals(
        List.of(1, 2),
        watcher.current().orElseThrow().instances().stream().map(ServiceInstance::port).toList());
  }

  @Test
  void aBadRecordCountsOnceAlsoIfItWasInAPart() {
    watch();
    Entry bad = new Entry("bad", "no JSON".getBytes(UTF_8));
    stream().observer.onPart(List.of(bad));
    list(1, bad);
    assertEquals(1, engine.registry.stats().badRecords());
  }

  @Test
  void newsThatCannotBeTakenEndTheStream() {
    Watcher watcher = watch();
    stream().observer.onListing(null);
    assertThrows(NullPointerException.class, engine::settle, "what a loop logs");
    engine.advance(1_000);
    list(1, entry("a", 1));
    stream().observer.onDelta(null);
    assertThrows(NullPointerException.class, engine::settle, "what a loop logs");
    engine.settle();
    assertEquals(Phase.STALE, watcher.status().phase());
    engine.advance(1_000);
    list(2, entry("b", 1));
    assertEquals(List.of("CONNECTING", "[a]", "CURRENT", "STALE", "[b]", "CURRENT"), recorder.log);
  }

  @Test
  void emptyIsAnAnswer() {
    watch();
    list(1);
    assertEquals(List.of("[]", "CURRENT"), recorder.log);
  }

  @Test
  void anEndKeepsTheLastKnownGoodAndTheNextReadShowsTheDifference() {
    Watcher watcher = watch();
    list(1, entry("a", 1), entry("b", 2));
    end(Reason.UNAVAILABLE);
    assertEquals(Phase.STALE, watcher.status().phase());
    engine.advance(1_000);
    assertEquals(2, engine.backend.subscribed.size(), "first retry within 1 s (rule 3.18)");
    list(5, entry("b", 2), entry("c", 3));
    assertEquals(List.of("[a, b]", "CURRENT", "STALE", "[b, c]", "CURRENT"), recorder.log);
  }

  @Test
  void aReconnectWithoutChangesIsSilentAboutData() {
    watch();
    list(1, entry("a", 1));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(1, entry("a", 1));
    assertEquals(List.of("[a]", "CURRENT", "STALE", "CURRENT"), recorder.log);
  }

  @Test
  void aSilentStreamMustProveItselfWithinTheDetectionBound() {
    Watcher watcher = watch();
    list(1, entry("a", 1));
    engine.advance(60_000);
    assertEquals(Phase.CURRENT, watcher.status().phase());
    assertTrue(
        stream().probes.size() >= 25 && stream().probes.size() <= 60,
        stream().probes.size() + " probes a minute");
    stream().answersProbes = false;
    Subscribed dead = stream();
    engine.advance(5_000);
    assertTrue(recorder.log.contains("STALE"), "half-open is seen within D (rule 3.9)");
    assertTrue(dead.closed);
  }

  @Test
  void lateEventsOfAnEndedStreamAreNotHeard() {
    watch();
    list(1, entry("a", 1));
    Subscribed old = stream();
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(2, entry("a", 1));
    old.put(3, entry("ghost", 9));
    old.observer.onEnd(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.settle();
    assertEquals(List.of("[a]", "CURRENT", "STALE", "CURRENT"), recorder.log);
  }

  @Test
  void aListingThatNeverComesIsAnEnd() {
    Watcher watcher = watch();
    engine.advance(11_100);
    assertTrue(engine.backend.subscribed.get(0).closed);
    assertEquals(2, engine.backend.subscribed.size());
    assertEquals(Phase.CONNECTING, watcher.status().phase());
    assertTrue(watcher.status().cause().isPresent());
  }

  @Test
  void aBadRecordKeepsTheLastGoodValueAndHidesNothing() {
    watch();
    list(1, entry("a", 1), new Entry("never-good", "{}".getBytes(UTF_8)));
    stream().put(2, new Entry("a", "null".getBytes(UTF_8)));
    engine.settle();
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(3, new Entry("a", new byte[1 << 20]), entry("b", 2));
    stream().remove(4, "a");
    engine.settle();
    assertEquals(List.of("[a]", "CURRENT", "STALE", "[a, b]", "CURRENT", "[b]"), recorder.log);
    assertEquals(3, engine.registry.stats().badRecords());
  }

  @Test
  void aStoreThatLostItsDataRemovesNobodyAtOnce() {
    watch();
    list(100, entry("a", 1), entry("b", 2));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(3);
    stream().put(4, entry("a", 1));
    stream().put(5, entry("c", 3));
    engine.settle();
    engine.advance(29_000);
    assertEquals(
        "[a, b, c]",
        recorder.log.get(recorder.log.size() - 1),
        "additions show at once, nothing is removed (rule 3.12)");
    assertFalse(recorder.log.contains("[]"));
    engine.advance(2_000);
    assertEquals(
        "[a, c]", recorder.log.get(recorder.log.size() - 1), "the rest goes after the grace");
    assertEquals(1, engine.registry.stats().resets());
  }

  @Test
  void anotherStoreIdIsAResetToo() {
    watch();
    list(1, entry("a", 1));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    stream().observer.onListing(new Listing("another store", 2, List.of()));
    engine.settle();
    assertEquals(List.of("[a]", "CURRENT", "STALE", "CURRENT"), recorder.log);
  }

  @Test
  void faultsDoNotEndTheGrace() {
    watch();
    list(100, entry("a", 1));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(3);
    end(Reason.UNAVAILABLE);
    engine.advance(60_000);
    assertFalse(recorder.log.contains("[]"), "a fault shrinks nothing (rule 3.10)");
  }

  @Test
  void tooManyInstancesKeepTheLastGoodView() {
    Watcher watcher = watch();
    list(1, entry("a", 1));
    stream().observer.onListing(new Listing("store", 2, List.of()));
    engine.settle();
    assertEquals(List.of("[a]", "CURRENT"), recorder.log, "a stream lists once");
    for (int i = 0; i < 5; i++) {
      stream().put(3 + i, entry("b" + i, i + 1));
    }
    engine.settle();
    assertEquals(Phase.STALE, watcher.status().phase());
    assertEquals(5, watcher.current().orElseThrow().instances().size());
  }

  @Test
  void whoJoinsATheViewIsToldWhatWasReadAfterwards() {
    watch();
    list(1, entry("a", 1));
    Recorder second = new Recorder();
    engine.registry.watch("orders", second);
    engine.settle();
    assertEquals(
        List.of(),
        second.log,
        "the view may not have heard yet of what was acknowledged before (rule 3.2)");
    list(2, entry("a", 1), entry("b", 2));
    assertEquals(List.of("[a, b]", "CURRENT"), second.log);
    assertEquals(List.of("[a]", "CURRENT", "[a, b]"), recorder.log);
    assertTrue(
        engine.backend.subscribed.get(0).closed, "one backend watch per service (rule 3.16)");
  }

  @Test
  void whoJoinsAnOldViewIsToldThatItIsOld() {
    watch();
    list(1, entry("a", 1));
    end(Reason.UNAVAILABLE);
    Recorder second = new Recorder();
    engine.registry.watch("orders", second);
    engine.settle();
    assertEquals(List.of("[a]", "STALE"), second.log);
  }

  @Test
  void aRefreshThatTakesLongIsAdmitted() {
    Watcher watcher = watch();
    list(1, entry("a", 1));
    engine.advance(1_500);
    watcher.refresh();
    watcher.refresh();
    engine.settle();
    assertEquals(2, engine.backend.subscribed.size());
    assertEquals(Phase.CURRENT, watcher.status().phase());
    engine.advance(2_100);
    assertEquals(Phase.STALE, watcher.status().phase());
    list(2, entry("a", 1));
    assertEquals(List.of("[a]", "CURRENT", "STALE", "CURRENT"), recorder.log);
  }

  @Test
  void everyViewIsReadAgainWithinTheResyncInterval() {
    watch();
    list(1, entry("a", 1));
    engine.advance(239_000);
    assertEquals(1, engine.backend.subscribed.size(), "not before 5 min - 20 %");
    for (int i = 0; i < 122 && engine.backend.subscribed.size() == 1; i++) {
      engine.advance(1_000);
    }
    assertEquals(2, engine.backend.subscribed.size(), "within 5 min + 20 % (rule 3.17)");
    list(1, entry("b", 1));
    assertEquals("[b]", recorder.log.get(recorder.log.size() - 1));
  }

  @Test
  void theLastOneOutClosesTheWatch() {
    Watcher first = watch();
    list(1);
    Watcher second = engine.registry.watch("orders");
    engine.settle();
    list(1);
    first.close();
    engine.settle();
    assertFalse(stream().closed);
    stream().put(2, entry("a", 1));
    second.close();
    second.close();
    engine.settle();
    assertTrue(stream().closed);
    assertEquals(List.of("[]", "CURRENT"), recorder.log, "no callback after close (rule 3.15)");
  }

  @Test
  void aListenerThatThrowsStaysAndIsCounted() {
    List<Integer> sizes = new ArrayList<>();
    Watcher watcher =
        engine.registry.watch(
            "orders",
            snapshot -> {
              sizes.add(snapshot.instances().size());
              throw new IllegalStateException("guest");
            });
    engine.settle();
    list(1);
    stream().put(2, entry("a", 1));
    engine.settle();
    assertEquals(List.of(0, 1), sizes);
    assertEquals(2, engine.registry.stats().listenerFailures());
    watcher.close();
  }

  @Test
  void aReadTheListenerMissedIsNotToldTwice() {
    watch();
    list(1, entry("a", 1));
    stream().put(2, entry("b", 2));
    stream().remove(3, "b");
    engine.advance(0);
    long toldA = recorder.log.stream().filter("[a]"::equals).count();
    long toldAb = recorder.log.stream().filter("[a, b]"::equals).count();
    assertTrue(toldA == toldAb + 1, recorder.log + " (expected: no equal sets in a row, rule 3.5)");
  }

  @Test
  void aReadThatKnowsNoRevisionIsNoReset() {
    Watcher watcher = watch();
    list(7, entry("a", 1));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(0);
    assertEquals(List.of(), ports(watcher), "gone, and at once (rule 3.11)");
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(8, entry("b", 2));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(6);
    assertEquals(List.of(2), ports(watcher), "the last revision that was known counts");
  }

  @Test
  void whatMayYetComeBackLeavesRoomForWhatDoes() {
    Watcher watcher = watch();
    list(9, entry("a", 1), entry("b", 2), entry("c", 3));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(1);
    for (int i = 1; i <= 5; i++) {
      stream().put(i + 1, entry("new-" + i, i));
    }
    engine.settle();
    assertEquals(Phase.CURRENT, watcher.status().phase(), "five are allowed, and five there");
    assertEquals(8, ports(watcher).size());
  }

  private static List<Integer> ports(Watcher watcher) {
    return watcher.current().orElseThrow().instances().stream().map(ServiceInstance::port).toList();
  }

  @Test
  void readingAgainBuysASilentStreamNoTime() {
    Watcher watcher = watch();
    list(1, entry("a", 1));
    stream().answersProbes = false;
    while (stream().probes.isEmpty()) {
      engine.advance(100);
    }
    engine.advance(1_900);
    assertEquals(Phase.CURRENT, watcher.status().phase());
    watcher.refresh();
    engine.advance(200);
    assertEquals(2, engine.backend.subscribed.size());
    assertEquals(Phase.STALE, watcher.status().phase(), "the proof was due by now (rule 3.9)");
  }

  @Test
  void garbageInPlaceOfALostRecordKeepsItsLastGoodValue() {
    watch();
    list(5, entry("a", 1));
    end(Reason.UNAVAILABLE);
    engine.advance(1_000);
    list(1);
    stream().put(2, new Entry("a", new byte[] {'{'}));
    engine.settle();
    engine.advance(60_000);
    assertEquals(
        List.of("[a]", "CURRENT", "STALE", "CURRENT"),
        recorder.log,
        "its key exists again (rule 3.13)");
  }
}
