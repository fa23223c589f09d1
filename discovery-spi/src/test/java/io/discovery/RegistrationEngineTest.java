package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration.State;
import io.discovery.ScriptedBackend.Asked;
import io.discovery.ScriptedBackend.Owned;
import io.discovery.spi.Write.Claim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The registration half of the engine, on virtual time. */
class RegistrationEngineTest {
  private static final ServiceInstance INSTANCE = ServiceInstance.of("orders", "10.0.0.1", 8080);
  private static final Duration GRANTED = Duration.ofSeconds(7);

  private final EngineHarness engine = new EngineHarness();
  private final List<State> states = new ArrayList<>();

  private Registration register() {
    Registration registration = engine.registry.register(INSTANCE);
    registration.onState(states::add);
    engine.settle();
    return registration;
  }

  /** From then on a wait is up to half a minute long. */
  private void registerInVain() {
    register();
    for (int i = 0; i < 8; i++) {
      refuse(Reason.UNAVAILABLE);
      engine.advance(30_000);
    }
  }

  private Owned owned() {
    return engine.backend.owned();
  }

  private void acknowledge() {
    owned().lastWrite().answer().complete(GRANTED);
    engine.settle();
  }

  private void refuse(Reason reason) {
    owned().lastWrite().answer().completeExceptionally(ScriptedBackend.failure(reason));
    engine.settle();
  }

  @Test
  void registersOnceAcknowledged() {
    Registration registration = register();
    assertEquals("orders/10.0.0.1:8080", owned().path);
    assertEquals(Claim.TAKE_OVER, owned().lastWrite().write().claim());
    assertEquals(Duration.ofSeconds(10), registration.ttl());
    acknowledge();
    assertEquals(List.of(State.PENDING, State.REGISTERED), states);
    assertEquals(GRANTED, registration.ttl());
  }

  @Test
  void retriesWithinASecondThenEverMoreSlowly() {
    register();
    refuse(Reason.UNAVAILABLE);
    engine.advance(1_000);
    assertEquals(2, owned().writes.size(), "first retry within 1 s (rule 3.18)");
    for (int i = 0; i < 10; i++) {
      refuse(Reason.UNAVAILABLE);
      engine.advance(30_000);
    }
    assertEquals(12, owned().writes.size(), "each further one within 30 s");
  }

  @Test
  void refusedCredentialsAreNotRetriedHot() {
    register();
    refuse(Reason.DENIED);
    engine.advance(4_999);
    assertEquals(1, owned().writes.size());
    engine.backend.context.reachable();
    engine.advance(0);
    assertEquals(1, owned().writes.size(), "a store that answers makes no credential better");
    engine.advance(1_100);
    assertEquals(2, owned().writes.size());
  }

  @Test
  void aBackendThatThrowsIsAskedAgain() {
    engine.backend.throwsOnOwn = true;
    Registration registration = register();
    engine.backend.throwsOnOwn = false;
    engine.advance(1_000);
    acknowledge();
    assertEquals(State.REGISTERED, registration.state());
  }

  @Test
  void closeEndsARegistrationThatTheBackendNeverTook() {
    engine.backend.throwsOnOwn = true;
    Registration registration = register();
    ((LocalRegistration) registration).beginClose();
    engine.settle();
    assertTrue(((LocalRegistration) registration).task().settled().isDone());
  }

  @Test
  void aReachableStoreEndsALongBackoff() {
    registerInVain();
    int before = owned().writes.size();
    refuse(Reason.UNAVAILABLE);
    engine.backend.context.reachable();
    engine.advance(2_000);
    assertEquals(before + 1, owned().writes.size());
  }

  /** It was under way when the word came, and nobody will repeat it. */
  @Test
  void soItDoesForAnAttemptThatFailsOnlyThen() {
    registerInVain();
    int before = owned().writes.size();
    engine.backend.context.reachable();
    refuse(Reason.UNAVAILABLE);
    engine.advance(2_000);
    assertEquals(before + 1, owned().writes.size());
  }

  /** A store that fails is not the more reachable for having been so long before. */
  @Test
  void wordThatComesWithoutAnAttemptIsForgotten() {
    Registration registration = register();
    acknowledge();
    int hasty = 0;
    for (int i = 1; i <= 20; i++) {
      engine.backend.context.reachable();
      int weight = i;
      CompletableFuture<Void> update = registration.update(instance -> instance.withWeight(weight));
      engine.settle();
      int before = owned().writes.size();
      refuse(Reason.UNAVAILABLE);
      engine.advance(250);
      hasty += owned().writes.size() - before;
      engine.advance(750);
      acknowledge();
      assertTrue(update.isDone());
    }
    assertTrue(hasty < 15, hasty + " of 20 retries within a quarter of a second");
  }

  @Test
  void healsWithTheLatestContentAndNeverTakesOver() {
    Registration registration = register();
    acknowledge();
    owned().listener.onLost(ScriptedBackend.failure(Reason.UNAVAILABLE));
    CompletableFuture<Void> update = registration.update(i -> i.withWeight(5));
    engine.advance(1_000);
    assertEquals(Claim.HEAL, owned().lastWrite().write().claim());
    assertTrue(owned().lastWrite().text().contains("\"weight\":5"), owned().lastWrite().text());
    acknowledge();
    assertTrue(update.isDone());
    assertEquals(
        List.of(State.PENDING, State.REGISTERED, State.RECOVERING, State.REGISTERED), states);
    assertEquals(1, engine.registry.stats().heals());
  }

  @Test
  void updatesAreConflatedAndEqualContentIsNotWritten() {
    Registration registration = register();
    acknowledge();
    CompletableFuture<Void> first = registration.update(i -> i.withWeight(2));
    engine.settle();
    CompletableFuture<Void> second = registration.update(i -> i.withWeight(3));
    CompletableFuture<Void> third = registration.update(i -> i.withWeight(4));
    engine.settle();
    assertEquals(2, owned().writes.size(), "one at a time");
    acknowledge();
    assertTrue(first.isDone());
    assertFalse(second.isDone());
    assertEquals(3, owned().writes.size());
    assertTrue(owned().lastWrite().text().contains("\"weight\":4"));
    acknowledge();
    assertTrue(second.isDone() && third.isDone());
    CompletableFuture<Void> same = registration.update(i -> i.withWeight(4));
    engine.settle();
    assertTrue(same.isDone());
    assertEquals(3, owned().writes.size(), "equal content is not written (rule 2.5)");
  }

  @Test
  void onlyAnAddressChangeRelocates() {
    Registration registration = register();
    acknowledge();
    CompletableFuture<Void> weight = registration.update(i -> i.withWeight(2));
    engine.settle();
    assertFalse(owned().lastWrite().write().relocated());
    acknowledge();
    assertTrue(weight.isDone());
    CompletableFuture<Void> address = registration.update(i -> i.withAddress("10.0.0.2", 8080));
    engine.settle();
    assertTrue(owned().lastWrite().write().relocated());
    acknowledge();
    assertTrue(address.isDone());
  }

  @Test
  void supersededIsTheEnd() {
    Registration registration = register();
    acknowledge();
    owned().listener.onLost(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.advance(1_000);
    refuse(Reason.SUPERSEDED);
    assertEquals(State.SUPERSEDED, registration.state());
    assertEquals(1, owned().releases.size(), "its lease or session is let go");
    engine.advance(120_000);
    assertEquals(2, owned().writes.size());
    assertThrows(IllegalStateException.class, () -> registration.update(i -> i.withWeight(9)));
  }

  @Test
  void closeReleasesAfterTheAttemptUnderWay() {
    Registration registration = register();
    ((LocalRegistration) registration).beginClose();
    engine.settle();
    assertEquals(0, owned().releases.size(), "one operation at a time");
    acknowledge();
    assertEquals(1, owned().releases.size());
    assertEquals(
        State.CLOSED, registration.state(), "a late acknowledgement revives nothing (rule 2.11)");
    owned().releases.get(0).completeExceptionally(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.advance(1_000);
    assertEquals(2, owned().releases.size(), "no orphan is left (rule 2.3)");
  }

  @Test
  void theSameNameAgainWaitsForTheRelease() {
    Registration first = register();
    acknowledge();
    assertThrows(IllegalStateException.class, () -> engine.registry.register(INSTANCE));
    ((LocalRegistration) first).beginClose();
    engine.settle();
    Owned before = owned();
    engine.registry.register(INSTANCE.withWeight(2));
    engine.settle();
    assertEquals(1, engine.backend.owned.size(), "the old record is still being released");
    before.releases.get(0).complete(null);
    engine.settle();
    assertEquals(2, engine.backend.owned.size());
    assertEquals(1, owned().writes.size());
  }

  @Test
  void refusedContentGivesWayToOtherContentAtOnce() {
    Registration registration = register();
    refuse(Reason.REJECTED);
    CompletableFuture<Void> smaller = registration.update(i -> i.withWeight(2));
    engine.settle();
    assertEquals(2, owned().writes.size());
    acknowledge();
    assertTrue(smaller.isDone());
  }

  @Test
  void thousandsOfWritesWaitInLineAndTheClosedLeaveNothing() {
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(engine.registry.register(INSTANCE.withId("id-" + i)));
    }
    engine.settle();
    List<Owned> owned = engine.backend.owned;
    assertEquals(64, writes(owned), "under way at a time");
    assertEquals(64, owned.size());
    Registration waiting = all.get(999);
    ((LocalRegistration) waiting).beginClose();
    owned.get(0).lastWrite().answer().complete(GRANTED);
    engine.settle();
    assertEquals(66, writes(owned), "one has left, one has entered, and one more may");
    while (writes(owned) < 999) {
      owned.forEach(each -> each.lastWrite().answer().complete(GRANTED));
      engine.settle();
    }
    engine.settle();
    assertEquals(State.CLOSED, waiting.state());
    assertEquals(999, owned.size(), "closed before its turn");
    assertTrue(((LocalRegistration) waiting).task().settled().isDone());
  }

  /** What a store can do at a time shows by what it has done. */
  @Test
  void moreAreUnderWayAsLongAsAllGoesWell() {
    for (int i = 0; i < 3_000; i++) {
      engine.registry.register(INSTANCE.withId("id-" + i));
    }
    engine.settle();
    for (int expected : new int[] {64, 128, 256, 512, 512}) {
      List<Asked> underWay = underWay();
      assertEquals(expected, underWay.size());
      underWay.forEach(write -> write.answer().complete(GRANTED));
      engine.settle();
    }
    underWay()
        .forEach(
            write ->
                write.answer().completeExceptionally(ScriptedBackend.failure(Reason.UNAVAILABLE)));
    engine.settle();
    assertEquals(64, underWay().size(), "after failures");
  }

  private List<Asked> underWay() {
    return engine.backend.owned.stream()
        .map(Owned::lastWrite)
        .filter(write -> !write.answer().isDone())
        .toList();
  }

  private static int writes(List<Owned> owned) {
    return owned.stream().mapToInt(each -> each.writes.size()).sum();
  }

  @Test
  void aWriteOfUnknownOutcomeIsUndoneByTheReturnToWhatWasBefore() throws Exception {
    Registration registration = register();
    acknowledge();
    CompletableFuture<Void> doubtful = registration.update(now -> now.withWeight(2));
    engine.settle();
    refuse(Reason.UNAVAILABLE); // and yet the store may have taken it
    CompletableFuture<Void> back = registration.update(now -> INSTANCE);
    engine.advance(1_000);
    assertEquals(3, owned().writes.size(), "what was acknowledged last may be there no more");
    assertFalse(back.isDone(), "an update is done when the store has it (rule 2.3)");
    acknowledge();
    assertTrue(doubtful.isDone() && back.isDone());
  }

  @Test
  void aSuccessorOfOneThatNeverBeganWaitsForTheFirst() {
    Registration first = register();
    acknowledge();
    ((LocalRegistration) first).beginClose();
    engine.settle();
    Owned before = owned();
    for (int weight = 2; weight < 4; weight++) {
      Registration next = engine.registry.register(INSTANCE.withWeight(weight));
      ((LocalRegistration) next).beginClose();
      engine.settle();
    }
    Registration last = engine.registry.register(INSTANCE.withWeight(4));
    engine.settle();
    assertEquals(1, engine.backend.owned.size(), "one open handle of a name at a time");
    before.releases.get(0).complete(null);
    engine.settle();
    assertEquals(2, engine.backend.owned.size());
    acknowledge();
    assertEquals(State.REGISTERED, last.state());
  }

  @Test
  void aLossDoesNotOvertakeTheAcknowledgementItFollows() {
    Registration registration = register();
    engine.time.execute(() -> owned().listener.onLost(ScriptedBackend.failure(Reason.UNAVAILABLE)));
    acknowledge(); // on a thread of the backend's own, before the loop comes to the line above
    assertEquals(State.RECOVERING, registration.state());
    engine.advance(1_000);
    assertEquals(2, owned().writes.size(), "what was lost is written again (rule 2.7)");
  }

  @Test
  void nothingIsAskedOfABackendThatShutsDown() {
    Registration registration = register();
    acknowledge();
    ((LocalRegistration) registration).beginClose();
    engine.settle();
    owned().releases.get(0).completeExceptionally(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.settle();
    engine.registry.close();
    assertTrue(engine.backend.shutDown);
    int asked = owned().releases.size();
    engine.advance(60_000);
    assertEquals(asked, owned().releases.size(), "shutdown comes last");
  }

  @Test
  void onlyOtherContentThanTheRefusedIsTriedAtOnce() {
    Registration registration = register();
    CompletableFuture<Void> other = registration.update(i -> i.withWeight(2));
    engine.settle();
    refuse(Reason.REJECTED);
    assertEquals(2, owned().writes.size(), "other content was declared meanwhile");
    refuse(Reason.REJECTED);
    CompletableFuture<Void> same = registration.update(i -> i.withWeight(2));
    engine.advance(1_000);
    assertEquals(2, owned().writes.size(), "the refused content waits (rule 4.2)");
    assertFalse(other.isDone() || same.isDone());
  }
}
