package io.discovery.tck;

import io.discovery.Change;
import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Chapter 2, registration in a healthy store: what is declared becomes true. */
interface RegistrationChapter extends Chapter {
  /**
   * {@code register} returns at once while nothing answers, is tried again, and comes true when the
   * store is back. Needs a Link. Check for waits inside the backend's methods, and that attempts
   * end.
   */
  @Test
  default void s201_registerNeverWaits() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    link.refuse();
    long start = System.nanoTime();
    Registration registration = registry.register(Scenario.instance("orders", "1"));
    long millis = (System.nanoTime() - start) / 1_000_000;
    stage.check(millis < 500, "register took " + millis + " ms (expected: no wait)");
    stage.check(registration.state() == State.PENDING, "state " + registration.state());
    stage.await("a second attempt", stage.convergence(), () -> registry.stats().writes() > 1);
    link.restore();
    stage.awaitState(registration, State.REGISTERED, stage.convergence());
    stage.expectListed("orders", registration.instance());
  }

  /**
   * {@code awaitRegistered} fails in time and says why. Needs a Link. Check that failures carry the
   * store's own words.
   */
  @Test
  default void s201_awaitRegisteredFailsLoudly() {
    Scenario stage = scenario();
    Link link = stage.link();
    link.refuse();
    Registration registration = stage.open(link).register(Scenario.instance("orders", "1"));
    Duration timeout = stage.config().requestTimeout().plusSeconds(1);
    DiscoveryException failure =
        stage.expectFailure(
            DiscoveryException.class,
            "awaitRegistered without a store",
            () -> registration.awaitRegistered(timeout));
    stage.check(failure.reason() == Reason.TIMEOUT, "reason " + failure.reason());
    stage.check(
        failure.getCause() != null, "no cause in '" + failure + "' (expected: the last failure)");
  }

  /**
   * While large records are created and replaced, every read of them is one of those declared.
   * Check that a record is created with its content, not before it.
   */
  @Test
  default void s202_recordsAppearWhole() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Recorder view = stage.observe("orders");
    List<ServiceInstance> declared = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ServiceInstance instance =
          Scenario.instance("orders", "id-" + i).withMetadata("payload", "x".repeat(4_000) + i);
      declared.add(instance);
      Registration registration = registry.register(instance);
      stage
          .observer()
          .list("orders", stage.convergence())
          .instances()
          .forEach(
              seen -> stage.check(declared.contains(seen), "a record never declared: " + seen));
      registration.awaitRegistered(stage.convergence());
    }
    view.awaitExactly(stage.convergence(), declared.toArray(new ServiceInstance[0]));
    view.since(0)
        .forEach(
            change -> stage.check(change instanceof Change.Added, "seen piecemeal: " + change));
    long bad = stage.observer().stats().badRecords();
    stage.check(bad == 0, bad + " times a record was read that is no instance yet");
  }

  /**
   * Twenty times: what is acknowledged, a registration, an update, a close, shows in the very next
   * read of another registry. Check that stages complete after the store's answer, not before.
   */
  @Test
  default void s203_acknowledgedIsVisible() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    ServiceInstance instance = Scenario.instance("orders", "1");
    for (int i = 0; i < 20; i++) {
      Registration registration = stage.register(registry, instance);
      stage.expectListed("orders", instance);
      ServiceInstance next = instance.withMetadata("round", Integer.toString(i));
      stage.join(registration.update(before -> next));
      stage.expectListed("orders", next);
      registration.close();
      stage.expectListed("orders");
    }
  }

  /**
   * Four updates, each with the connection reset at another moment around the store's answer, and
   * one whose answer is surely lost: each is resolved, acknowledged and seen, and no gap shows.
   * Needs a Link with lost answers. Check that a second attempt recognises the traces of the first
   * as its own.
   */
  @Test
  default void s203_anUnknownWriteIsResolved() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registration registration = stage.register(stage.open(link), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    int mark = view.mark();
    for (int i = 0; i < 4; i++) {
      String round = Integer.toString(i);
      CompletableFuture<Void> update =
          registration.update(before -> before.withMetadata("round", round));
      LockSupport.parkNanos(i * 400_000L); // to hit another moment each time, not to wait for one
      link.loseAnswers();
      link.cut();
      link.restore();
      stage.join(update);
      stage.expectListed("orders", registration.instance());
    }
    link.loseAnswers();
    CompletableFuture<Void> unanswered =
        registration.update(before -> before.withMetadata("round", "unanswered"));
    // Where a write is one request it is made now; where it begins with a read it may not be.
    view.becomes(Scenario.QUIET, registration.instance());
    link.cut();
    link.restore();
    stage.join(unanswered);
    view.awaitExactly(stage.convergence(), registration.instance());
    stage.awaitState(registration, State.REGISTERED, stage.convergence());
    view.since(mark)
        .forEach(change -> stage.check(change instanceof Change.Updated, "a gap: " + change));
  }

  /**
   * Registrations whose answers are lost, in part or in whole, and that are closed in the dark,
   * leave no record beyond their time to live. Needs a Link with a black hole and lost answers.
   * Check that whatever a failed attempt may have left is released or expires.
   */
  @Test
  default void s203_anUnknownWriteLeavesNoOrphan() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    stage.register(registry, Scenario.instance("warm", "up"));
    Recorder view = stage.observe("orders");
    List<Registration> open = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      open.add(registry.register(Scenario.instance("orders", "id-" + i)));
      if (i == 10) {
        link.loseAnswers();
      }
    }
    link.blackHole();
    List<CompletableFuture<Void>> closing =
        open.stream().map(each -> CompletableFuture.runAsync(each::close)).toList();
    closing.forEach(stage::join);
    view.awaitExactly(stage.gone());
    link.restore();
    // What was under way may still arrive, and is then removed.
    stage.register(registry, Scenario.instance("warm", "again"));
    long since = System.nanoTime();
    stage.await(
        "an empty set that rests",
        stage.gone().plus(stage.convergence()),
        () ->
            System.nanoTime() - since >= Scenario.QUIET.toNanos()
                && view.latest().orElseThrow().instances().isEmpty()
                && view.restsFor(Scenario.QUIET));
    stage.awaitListed("orders", stage.convergence());
  }

  /** One open registration of a name in a registry; others are free. Engine only. */
  @Test
  default void s204_oneOpenRegistrationPerName() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    ServiceInstance instance = Scenario.instance("orders", "1");
    Registration first = registry.register(instance);
    stage.expectFailure(
        IllegalStateException.class, "a second registration", () -> registry.register(instance));
    stage.register(registry, Scenario.instance("orders", "2"));
    stage.register(registry, Scenario.instance("invoices", "1"));
    first.close();
    stage.register(registry, instance.withMetadata("second", "yes"));
    stage.expectListed(
        "orders", instance.withMetadata("second", "yes"), Scenario.instance("orders", "2"));
  }

  /**
   * Closes and registers the same name again without a pause, many times; the last declaration
   * stands, also a while later. Check that a release still under way cannot remove its successor.
   */
  @Test
  default void s204_theNameIsFreeAfterClose() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    ServiceInstance instance = Scenario.instance("orders", "1");
    Registration registration = registry.register(instance);
    for (int i = 0; i < 20; i++) {
      registration.close();
      ServiceInstance next = instance.withMetadata("round", Integer.toString(i));
      registration = registry.register(next);
    }
    registration.awaitRegistered(stage.convergence());
    stage.expectListed("orders", registration.instance());
    stage.observe("orders").expectQuiet(Scenario.QUIET);
    stage.expectListed("orders", registration.instance());
    stage.check(registry.stats().heals() == 0, "a release removed its successor's record");
  }

  /**
   * Fifty updates, address changes among them, while another thread lists: one Updated each at the
   * most, never a Removed, never a gap. Check that an update replaces atomically.
   */
  @Test
  default void s205_updateReplacesInPlace() throws Exception {
    Scenario stage = scenario();
    ServiceInstance instance = Scenario.instance("orders", "1");
    Registration registration = stage.register(stage.open(), instance);
    Recorder view = stage.observe("orders");
    int mark = view.mark();
    Registry reader = stage.observer();
    CompletableFuture<Void> updates =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 1; i <= 50; i++) {
                int round = i;
                stage.join(
                    registration.update(
                        before ->
                            before
                                .withMetadata("round", Integer.toString(round))
                                .withAddress("10.0.0.1", 8_080 + round % 2)));
              }
            });
    while (!updates.isDone()) {
      int seen = reader.list("orders", stage.convergence()).instances().size();
      stage.check(seen == 1, "a fresh read showed " + seen + " records during updates");
    }
    updates.get(1, TimeUnit.SECONDS);
    view.awaitExactly(stage.convergence(), registration.instance());
    view.since(mark)
        .forEach(
            change -> stage.check(change instanceof Change.Updated, "during updates: " + change));
  }

  /** Equal content is acknowledged without a write and without a callback. Engine only. */
  @Test
  default void s205_equalContentIsNotWritten() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    long writes = registry.stats().writes();
    stage.join(registration.update(before -> before.withWeight(before.weight())));
    stage.check(registry.stats().writes() == writes, "equal content was written");
    view.expectQuiet(Scenario.QUIET);
  }

  /** A burst of updates ends with the last, in few writes. Engine only. */
  @Test
  default void s205_updatesInFlightAreConflated() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    for (int i = 0; i < 500; i++) {
      String round = Integer.toString(i);
      last = registration.update(before -> before.withMetadata("round", round));
    }
    stage.join(last);
    stage.expectListed("orders", Scenario.instance("orders", "1").withMetadata("round", "499"));
  }
}
