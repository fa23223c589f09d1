package io.discovery.tck;

import io.discovery.Change;
import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Chapter 2, successors: the newest owner of a name has it, and no earlier one can harm it. */
interface FencingChapter extends Chapter {
  /**
   * A process is killed hard and starts again with the same ids: it is registered at once, watchers
   * see one Updated for changed content, nothing for equal content and no Removed, and when the
   * dead process's leases or session end, nothing goes. Needs a Link with a black hole. Check that
   * a take-over frees the record from its former lease or session, also where the content is found
   * equal: "exists, fine" loses it when that one ends.
   */
  @Test
  default void s209_restartWithTheSameIdIsSeamless() {
    Scenario stage = scenario();
    Link dead = stage.link();
    Registry first = stage.open(dead);
    ServiceInstance before = Scenario.instance("orders", "1").withMetadata("run", "1");
    stage.register(first, before);
    ServiceInstance[] unchanged = new ServiceInstance[10];
    for (int i = 0; i < unchanged.length; i++) {
      unchanged[i] = Scenario.instance("invoices", "id-" + i);
      stage.register(first, unchanged[i]);
    }
    Recorder orders = stage.observe("orders");
    Recorder invoices = stage.observe("invoices");
    int mark = orders.mark();
    dead.blackHole();
    ServiceInstance after = before.withMetadata("run", "2");
    Registry second = stage.open();
    stage.register(second, after);
    stage.expectListed("orders", after);
    // Declared together: one after another they would have to be done within one time to live.
    Stream.of(unchanged)
        .map(second::register)
        .toList()
        .forEach(again -> again.awaitRegistered(stage.convergence()));
    orders.awaitExactly(stage.convergence(), after);
    orders.expectQuiet(stage.gone().plus(Scenario.QUIET));
    stage.expectListed("orders", after);
    List<Change> changes = orders.since(mark);
    stage.check(changes.equals(List.of(new Change.Updated(before, after))), "changes: " + changes);
    stage.expectListed("invoices", unchanged);
    stage.check(invoices.mark() == 1, "equal content was seen: " + invoices.since(1));
  }

  /**
   * A second process takes the name of a living one: that one becomes SUPERSEDED, says so, never
   * writes again, and its close leaves the successor's record alone. Check that every destructive
   * step reads or compares whose record it is.
   */
  @Test
  default void s210_theSupersededGivesUp() {
    Scenario stage = scenario();
    Registration old = stage.register(stage.open(), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    int mark = view.mark();
    Registration successor =
        stage.register(stage.open(), Scenario.instance("orders", "1").withMetadata("owner", "2"));
    stage.awaitState(old, State.SUPERSEDED, stage.gone().plus(stage.convergence()));
    DiscoveryException failure =
        stage.expectFailure(
            DiscoveryException.class,
            "awaitRegistered of the superseded",
            () -> old.awaitRegistered(stage.convergence()));
    stage.check(failure.reason() == Reason.SUPERSEDED, "reason " + failure.reason());
    stage.expectFailure(
        IllegalStateException.class,
        "an update of the superseded",
        () -> stage.join(old.update(before -> before.withWeight(7))));
    old.close();
    view.awaitExactly(stage.convergence(), successor.instance());
    view.expectQuiet(Scenario.QUIET);
    stage.expectListed("orders", successor.instance());
    stage.check(successor.state() == State.REGISTERED, "successor " + successor.state());
    List<Change> changes = view.since(mark);
    stage.check(
        changes.size() == 1 && changes.get(0) instanceof Change.Updated, "changes: " + changes);
  }

  /**
   * An owner that slept through its TTL and a successor's registration wakes up: it becomes
   * SUPERSEDED and the successor's record never flickers. Needs a Link with a black hole. Check
   * what a heal does about a record it did not write.
   */
  @Test
  default void s210_theSleeperMeetsItsSuccessor() {
    Scenario stage = scenario();
    Link asleep = stage.link();
    Registration sleeper =
        stage.register(
            stage.open(asleep), Scenario.instance("orders", "1").withMetadata("owner", "1"));
    Recorder view = stage.observe("orders");
    asleep.blackHole();
    view.awaitExactly(stage.gone());
    Registration successor =
        stage.register(stage.open(), Scenario.instance("orders", "1").withMetadata("owner", "2"));
    view.awaitExactly(stage.convergence(), successor.instance());
    int mark = view.mark();
    asleep.restore();
    stage.awaitState(sleeper, State.SUPERSEDED, stage.gone().plus(stage.convergence()));
    view.expectQuiet(Scenario.QUIET);
    stage.check(view.mark() == mark, "the sleeper's return was seen: " + view.since(mark));
    stage.check(successor.state() == State.REGISTERED, "successor " + successor.state());
    stage.expectListed("orders", successor.instance());
  }

  /**
   * An owner declares an update and closes while cut off, and a successor registers meanwhile; back
   * online, neither the pending update nor the pending release touches the successor. Needs a Link
   * with a black hole. Check that a late write or release compares before it acts.
   */
  @Test
  default void s210_aLateCloseLeavesTheSuccessor() {
    Scenario stage = scenario();
    Link dark = stage.link();
    Registration old = stage.register(stage.open(dark), Scenario.instance("orders", "1"));
    dark.blackHole();
    var pending = old.update(before -> before.withMetadata("owner", "1"));
    Registration successor =
        stage.register(stage.open(), Scenario.instance("orders", "1").withMetadata("owner", "2"));
    Recorder view = stage.observe("orders");
    old.close();
    stage.await("the end of the pending update", stage.convergence(), pending::isDone);
    dark.restore();
    view.expectQuiet(stage.gone().plus(Scenario.QUIET));
    stage.expectListed("orders", successor.instance());
    stage.check(successor.state() == State.REGISTERED, "successor " + successor.state());
  }

  /**
   * Two processes claim one name at the same time; one has it in the end, the other is SUPERSEDED,
   * and it stays that way. Check for repairs that take over.
   */
  @Test
  default void s210_twoOwnersDoNotPingPong() {
    Scenario stage = scenario();
    Registration one =
        stage.open().register(Scenario.instance("orders", "1").withMetadata("by", "1"));
    Registration two =
        stage.open().register(Scenario.instance("orders", "1").withMetadata("by", "2"));
    stage.await(
        "one REGISTERED, one SUPERSEDED",
        stage.gone().plus(stage.convergence()),
        () ->
            (one.state() == State.REGISTERED && two.state() == State.SUPERSEDED)
                || (two.state() == State.REGISTERED && one.state() == State.SUPERSEDED));
    Registration winner = one.state() == State.REGISTERED ? one : two;
    stage.observe("orders").expectQuiet(Scenario.QUIET);
    stage.expectListed("orders", winner.instance());
  }
}
