package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import io.discovery.tck.ChaosFaults.Spell;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Those who judge a run of chaos find what they are there to find, and nothing else. */
class ChaosOraclesTest {
  private static final ChaosSlot SLOT = new ChaosSlot("alpha", "i0");
  private static final Bounds BOUNDS = Bounds.usual(Duration.ofSeconds(2), Duration.ofSeconds(2));
  private static final Map<Integer, ChaosSlot> SLOTS = Map.of(1, SLOT, 2, SLOT);
  private static final Map<Integer, ChaosLife> LIVES = Map.of(1, new Life(0), 2, new Life(1));

  private final List<History.Commit> history = new ArrayList<>();
  private final List<ChaosReport> reports = new ArrayList<>();
  private final ChaosFaults faults = new ChaosFaults();

  @Test
  void aViewThatSkipsStatesIsFine() {
    put(1, 0, 100);
    put(1, 1, 200);
    remove();
    put(2, 0, 400);
    assertFine(list(150, token(1, 0, 100)), list(300), list(500, token(2, 0, 400)));
  }

  @Test
  void inventionIsFound() {
    put(1, 0, 100);
    assertFound("which the store never held", list(150, token(1, 7, 100)));
  }

  @Test
  void anInstanceThatIsNotWhatWasDeclaredIsFound() {
    put(1, 0, 100);
    ServiceInstance other = token(1, 0, 100).instance("alpha", "i0").withWeight(99);
    assertFound("shows what nobody has declared", answer(150, List.of(other)));
  }

  @Test
  void resurrectionIsFound() {
    put(1, 0, 100);
    put(1, 1, 200);
    assertFound(
        "did not hold after that", list(250, token(1, 1, 200)), list(300, token(1, 0, 100)));
  }

  @Test
  void vanishingIsFound() {
    put(1, 0, 100);
    assertFound("from e1v0 to nobody", list(150, token(1, 0, 100)), list(200));
  }

  @Test
  void aViewAheadOfTheStoreIsFound() {
    put(1, 0, 100);
    put(2, 0, 300);
    remove();
    assertFound("before it was there", list(150, token(1, 0, 100)), list(200));
  }

  @Test
  void aReadThatMissesWhatWasAcknowledgedIsFound() {
    put(1, 0, 100);
    report(120, "acked", 1, 0, "");
    assertFound("was acknowledged before it looked", list(150));
  }

  @Test
  void aWatcherThatIsCurrentWithoutHavingLookedIsFound() {
    long now = System.currentTimeMillis();
    put(1, 0, now - 2_000);
    put(1, 1, now - 1_000);
    report(now - 900, "acked", 1, 1, "");
    ChaosSight sight = sight();
    sight.onSnapshot(snapshot(token(1, 0, now - 2_000)));
    tell(sight, Phase.CURRENT, now - 1_500);
    tell(sight, Phase.STALE, now - 500);
    tell(sight, Phase.CURRENT, now);
    assertTrue(
        ChaosViews.of(sight, truth()).toString().contains("claims to be current with e1v0"),
        () -> ChaosViews.of(sight, truth()).toString());
  }

  @Test
  void acknowledgementsMustBeTrue() {
    put(1, 0, 100);
    report(150, "acked", 1, 1, "");
    assertViolation("2.3", truth().violations());
  }

  @Test
  void closedMeansGone() {
    put(1, 0, 100);
    report(150, "closed", 1, 0, "");
    assertViolation("2.11", truth().violations());
  }

  @Test
  void pingPongIsFound() {
    put(1, 0, 100);
    report(150, "acked", 1, 0, "");
    put(2, 0, 200);
    put(1, 1, 300);
    assertViolation("came back after its successor", owners());
  }

  @Test
  void healingWhereASuccessorHasLeftIsFine() {
    put(1, 0, 100);
    report(150, "acked", 1, 0, "");
    put(2, 0, 200);
    report(250, "closing", 2, 0, "");
    remove();
    put(1, 1, 300);
    assertEquals(List.of(), owners());
  }

  @Test
  void aWriteOfTheSupersededIsFound() {
    put(1, 0, 100);
    put(2, 0, 200);
    report(250, "state", 1, 0, "SUPERSEDED");
    remove();
    faults.add(new Spell("meddler", 240, 260, false));
    put(1, 1, 300);
    assertViolation("written by a superseded registration", owners());
  }

  @Test
  void aSupersededWithoutSuccessorIsFound() {
    put(1, 0, 100);
    report(250, "state", 1, 0, "SUPERSEDED");
    assertViolation("superseded, but by nobody", owners());
  }

  @Test
  void anOldVersionWrittenLateIsFound() {
    put(1, 0, 100);
    put(1, 1, 200);
    put(1, 0, 100);
    assertViolation("was written after version 1", owners());
  }

  @Test
  void aLeaseOfSomebodyElseIsFound() {
    put(1, 0, 100);
    history.add(commit(Optional.of(text(token(2, 0, 200))), "lease-1"));
    assertViolation("lives by another's lease", owners());
  }

  @Test
  void aRemovalForNoReasonIsFound() {
    put(1, 0, 100_000);
    remove();
    assertViolation("nobody meddled", owners());
    faults.add(new Spell("path 1", 0, 200_000, true)); // of another
    assertViolation("nobody meddled", owners());
    faults.add(new Spell("path 0", 0, 99_000, true));
    assertEquals(List.of(), owners());
  }

  @Test
  void aClaimToSeeWhileCutOffIsFound() {
    long now = System.currentTimeMillis();
    ChaosSight sight = sight();
    tell(sight, Phase.CURRENT, now);
    Spell spell = new Spell("server", now, now + 9_000, true);
    assertViolation("3.9", ChaosHonesty.judge(sight, List.of(spell), BOUNDS));
    tell(sight, Phase.STALE, now);
    assertEquals(List.of(), ChaosHonesty.judge(sight, List.of(spell), BOUNDS));
  }

  @Test
  void aRunWithoutFaultsIsInvalid() {
    AssertionError failure =
        assertThrows(
            AssertionError.class, () -> new ChaosVerdict().require("", Duration.ofSeconds(60)));
    assertTrue(failure.getMessage().startsWith("invalid run"), failure.getMessage());
  }

  private void put(int epoch, int version, long stamp) {
    history.add(commit(Optional.of(text(token(epoch, version, stamp))), "lease-" + epoch));
  }

  private void remove() {
    history.add(commit(Optional.empty(), ""));
  }

  private History.Commit commit(Optional<String> value, String owner) {
    return new History.Commit(history.size(), SLOT.service(), SLOT.id(), value, owner);
  }

  private void report(long at, String what, int epoch, int version, String more) {
    reports.add(new ChaosReport(at, what, epoch, version, more));
  }

  private ChaosTruth truth() {
    return new ChaosTruth(history, reports, SLOTS);
  }

  private List<String> owners() {
    return ChaosOwners.judge(truth(), reports, LIVES, faults, BOUNDS);
  }

  private void assertFine(ChaosLister.Answer... answers) {
    assertEquals(List.of(), ChaosViews.of(Arrays.asList(answers), truth()));
  }

  private void assertFound(String what, ChaosLister.Answer... answers) {
    assertViolation(what, ChaosViews.of(Arrays.asList(answers), truth()));
  }

  private static void assertViolation(String what, List<String> violations) {
    assertEquals(1, violations.size(), violations::toString);
    assertTrue(violations.get(0).contains(what), violations::toString);
  }

  private static ChaosToken token(int epoch, int version, long stamp) {
    return new ChaosToken(epoch, version, stamp);
  }

  private static String text(ChaosToken token) {
    return token.instance("alpha", "i0").metadata().toString();
  }

  private static ChaosLister.Answer list(long at, ChaosToken... tokens) {
    return answer(at, snapshot(tokens).instances());
  }

  private static ChaosLister.Answer answer(long at, List<ServiceInstance> instances) {
    return new ChaosLister.Answer(at, at, new Snapshot("alpha", 0, instances));
  }

  private static Snapshot snapshot(ChaosToken... tokens) {
    return new Snapshot(
        "alpha", 1, Arrays.stream(tokens).map(token -> token.instance("alpha", "i0")).toList());
  }

  private static ChaosSight sight() {
    return new ChaosSight("w1", 3, "alpha", new ChaosJournal());
  }

  private static void tell(ChaosSight sight, Phase phase, long since) {
    sight.onStatus(new Status(phase, Instant.ofEpochMilli(since), Optional.empty()));
  }

  /** A registrant that was never killed. */
  private record Life(int number) implements ChaosLife {
    @Override
    public String name() {
      return "p" + number;
    }

    @Override
    public long killedAt() {
      return Long.MAX_VALUE;
    }
  }
}
