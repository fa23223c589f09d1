package io.discovery.tck;

import io.discovery.Change;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Chapter 3, a store that has lost its data, or its memory of the past. */
interface ResetChapter extends Chapter {
  /** G of rule 3.12 is this or the TTL, whichever is longer. */
  Duration LEAST_GRACE = Duration.ofSeconds(30);

  /**
   * The store loses all its data: nobody is shown as removed, those who come back inside the grace
   * are never missed, one who does not is held, and a newcomer is shown at once. Needs a Server and
   * a Store. Check that the listing's revision or store identity tells of the loss.
   */
  @Test
  default void s312_aWipedStoreIsNoMassDeregistration() {
    Scenario stage = scenario();
    Server server = stage.server();
    Store store = stage.store();
    Registry writer = stage.open();
    Registration comesBack = stage.register(writer, Scenario.instance("orders", "comes-back"));
    byte[] record = store.read(stage.namespace(), "orders").get("comes-back");
    store.put(stage.namespace(), "orders", "lost", record);
    Recorder view = stage.observe("orders");
    ServiceInstance lost = comesBack.instance().withId("lost");
    view.awaitExactly(stage.convergence(), comesBack.instance(), lost);
    int mark = view.mark();
    server.wipe();
    Registration newcomer = writer.register(Scenario.instance("orders", "new"));
    stage.awaitListed(
        "orders",
        stage.gone().plus(stage.convergence().multipliedBy(2)),
        comesBack.instance(),
        newcomer.instance());
    view.awaitExactly(stage.convergence(), comesBack.instance(), lost, newcomer.instance());
    view.expectQuiet(Scenario.QUIET);
    List<Change> changes = view.since(mark);
    stage.check(
        changes.equals(List.of(new Change.Added(newcomer.instance()))), "changes: " + changes);
    stage.check(stage.observer().stats().resets() > 0, "no reset was counted");
  }

  /**
   * Of two instances in a store that loses all its data one never comes back: it is held for the
   * whole grace, max(TTL, 30 s), and then shown as removed, it alone. Needs a Server and a Store.
   * Check what a later read does to removals that are held.
   */
  @Test
  @Tag("slow")
  default void s312_theGraceEnds() {
    Scenario stage = scenario();
    Server server = stage.server();
    Store store = stage.store();
    // With time to spare: half a minute is long on a busy machine, and nobody shall go by accident.
    Registration comesBack =
        stage.open().register(Scenario.instance("orders", "1"), stage.ttl().multipliedBy(3));
    comesBack.awaitRegistered(stage.convergence());
    store.put(
        stage.namespace(), "orders", "lost", store.read(stage.namespace(), "orders").get("1"));
    ServiceInstance lost = comesBack.instance().withId("lost");
    Recorder view = stage.observe("orders");
    view.awaitExactly(stage.convergence(), comesBack.instance(), lost);
    int mark = view.mark();
    Duration grace = stage.ttl().compareTo(LEAST_GRACE) > 0 ? stage.ttl() : LEAST_GRACE;
    long wiped = System.nanoTime();
    server.wipe();
    view.awaitExactly(grace.plus(stage.convergence().multipliedBy(2)), comesBack.instance());
    Duration held = Duration.ofNanos(System.nanoTime() - wiped);
    stage.check(held.compareTo(grace) >= 0, "held for " + held + " (expected: " + grace + ")");
    List<Change> changes = view.since(mark);
    stage.check(changes.equals(List.of(new Change.Removed(lost))), "changes: " + changes);
  }

  /**
   * While a watcher is away an instance of every kind of change is made, and the store forgets its
   * past; back again, the watch equals a fresh list, in one callback. Needs a Link and a
   * Compaction. Check that a stream that cannot be resumed is an end, and that the next
   * subscription begins with a complete read.
   */
  @Test
  default void s308_thePastIsForgottenWhileAway() {
    Scenario stage = scenario();
    Compaction compaction = stage.compaction();
    Link link = stage.link();
    Registry writer = stage.open();
    Registration changes = stage.register(writer, Scenario.instance("orders", "changes"));
    Registration leaves = stage.register(writer, Scenario.instance("orders", "leaves"));
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    int mark = view.mark();
    link.refuse();
    view.awaitPhase(Phase.STALE, stage.detection());
    leaves.close();
    List<Registration> arrived = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      arrived.add(stage.register(writer, Scenario.instance("orders", "new-" + i)));
    }
    stage.join(changes.update(before -> before.withWeight(9)));
    compaction.compact();
    link.restore();
    arrived.add(changes);
    ServiceInstance[] all =
        arrived.stream().map(Registration::instance).toArray(ServiceInstance[]::new);
    view.awaitExactly(stage.convergence(), all);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    stage.check(view.mark() == mark + 1, view.mark() - mark + " callbacks (expected: one)");
    stage.expectListed("orders", all);
  }
}
