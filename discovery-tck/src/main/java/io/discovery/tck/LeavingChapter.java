package io.discovery.tck;

import io.discovery.Change;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chapter 2, the end of a record: by close, by death, and by nothing else. */
interface LeavingChapter extends Chapter {
  /**
   * A registration asks for a TTL of its own and is told what it got. Check that the granted time,
   * not the requested one, is reported.
   */
  @Test
  default void s206_ttlIsPerRegistration() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Registration usual = stage.register(registry, Scenario.instance("orders", "usual"));
    Registration longer =
        registry.register(Scenario.instance("orders", "longer"), stage.ttl().multipliedBy(3));
    longer.awaitRegistered(stage.convergence());
    stage.check(!usual.ttl().isNegative() && !usual.ttl().isZero(), "ttl " + usual.ttl());
    stage.check(
        longer.ttl().compareTo(usual.ttl()) > 0,
        "granted " + longer.ttl() + " for three times " + usual.ttl());
    stage.expectListed("orders", usual.instance(), longer.instance());
  }

  /**
   * More than the TTL goes by; the record stays and its registration is undisturbed. Check the
   * renewal: at least two attempts inside a TTL, on the monotonic clock.
   */
  @Test
  default void s206_theLivingNeverExpire() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    States states = stage.states(registration);
    Recorder view = stage.observe("orders");
    view.expectQuiet(stage.gone().plus(Scenario.QUIET));
    states.await(stage.convergence(), State.REGISTERED);
    stage.expectListed("orders", registration.instance());
  }

  /**
   * An owner falls silent without a farewell: its record goes within TTL + slack. When it is back
   * it registers again by itself. Needs a Link with a black hole. Check that the record is bound to
   * a lease or session, and that silence is noticed.
   */
  @Test
  default void s206_theDeadAreGoneInTime() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registration registration = stage.register(stage.open(link), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    link.blackHole();
    view.awaitExactly(stage.gone());
    stage.expectListed("orders");
    link.restore();
    view.awaitExactly(stage.convergence(), registration.instance());
    stage.awaitState(registration, State.REGISTERED, stage.convergence());
  }

  /**
   * {@code close} returns when the record is gone, and may be called again. Check that a release
   * completes with the store's answer.
   */
  @Test
  default void s211_closeRemovesAtOnce() {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    registration.close();
    stage.expectListed("orders");
    view.awaitExactly(stage.convergence());
    registration.close();
    stage.check(registration.state() == State.CLOSED, "state " + registration.state());
    stage.expectFailure(
        IllegalStateException.class,
        "an update after close",
        () -> stage.join(registration.update(i -> i)));
  }

  /**
   * Ten times: the record is deleted from outside, so that the library heals it, and closed in the
   * same moment. It never comes back. Needs a Store. Check that nothing is written after a release.
   */
  @Test
  default void s211_closeBeatsTheHeal() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    for (int i = 0; i < 10; i++) {
      Registration registration = stage.register(registry, Scenario.instance("orders", "id-" + i));
      States states = stage.states(registration);
      stage.store().delete(stage.namespace(), "orders", "id-" + i);
      if (i % 2 == 1) {
        states.awaitTold(State.RECOVERING, stage.gone());
      }
      registration.close();
      stage.expectListed("orders");
    }
    stage.observe("orders").expectQuiet(Scenario.QUIET);
    stage.expectListed("orders");
  }

  /**
   * In an outage {@code close} returns within the close timeout, and the record goes with its TTL.
   * Needs a Link with a black hole. Check that every stage of a release completes within its
   * timeout, and that renewal stops at once.
   */
  @Test
  default void s211_closeInAnOutageReturnsInTime() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registration registration = stage.register(stage.open(link), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    link.blackHole();
    long start = System.nanoTime();
    registration.close();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    stage.check(
        took.compareTo(stage.config().closeTimeout().plusMillis(500)) < 0, "close took " + took);
    view.awaitExactly(stage.gone());
  }

  /**
   * Of five registrations of one registry one is closed; the watch shows that one leave and nothing
   * else. Check that closing does not end a lease or session that others live by.
   */
  @Test
  default void s212_closingOneLeavesTheOthers() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    List<Registration> all =
        IntStream.range(0, 5)
            .mapToObj(i -> stage.register(registry, Scenario.instance("orders", "id-" + i)))
            .toList();
    Recorder view = stage.observe("orders");
    int mark = view.mark();
    all.get(2).close();
    ServiceInstance[] left =
        all.stream()
            .filter(r -> r != all.get(2))
            .map(Registration::instance)
            .toArray(ServiceInstance[]::new);
    view.awaitExactly(stage.convergence(), left);
    view.expectQuiet(Scenario.QUIET);
    List<Change> changes = view.since(mark);
    stage.check(
        changes.equals(List.of(new Change.Removed(all.get(2).instance()))), "changes: " + changes);
    stage.expectListed("orders", left);
  }
}
