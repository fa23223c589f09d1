package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Chapter 2, self-healing: whatever is lost while open is registered again, and nothing else is.
 */
interface HealingChapter extends Chapter {
  /**
   * The lease is revoked or the session expired from outside: RECOVERING, then REGISTERED with the
   * latest content. Needs Expiry. Check that the owner notices within its TTL, and that it takes a
   * new lease or session.
   */
  @Test
  default void s207_anExpiredOwnerRegistersAgain() {
    Scenario stage = scenario();
    Expiry expiry = stage.expiry();
    healsAfter(registration -> expiry.expire(stage.namespace(), "orders", "1"));
  }

  /**
   * An operator deletes the record; the owner's lease or session lives on. Needs a Store. Check
   * that the owner looks after the record itself, not after its lease alone.
   */
  @Test
  default void s207_aDeletedRecordIsRegisteredAgain() {
    Scenario stage = scenario();
    Store store = stage.store();
    healsAfter(registration -> store.delete(stage.namespace(), "orders", "1"));
  }

  private void healsAfter(Consumer<Registration> loss) {
    Scenario stage = scenario();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    stage.join(registration.update(before -> before.withMetadata("version", "latest")));
    States states = stage.states(registration);
    states.await(stage.convergence(), State.REGISTERED);
    loss.accept(registration);
    Duration bound = stage.gone().plus(stage.convergence());
    states.await(bound, State.REGISTERED, State.RECOVERING, State.REGISTERED);
    stage.expectListed("orders", registration.instance());
    stage.observe("orders").awaitExactly(stage.convergence(), registration.instance());
  }

  /**
   * Three losses in a row are healed like the first. Needs Expiry. Check what a heal leaves behind.
   */
  @Test
  default void s207_healsAgainAndAgain() {
    Scenario stage = scenario();
    Expiry expiry = stage.expiry();
    Registry registry = stage.open();
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    for (int i = 1; i <= 3; i++) {
      expiry.expire(stage.namespace(), "orders", "1");
      int heals = i;
      stage.await(
          "heal number " + heals,
          stage.gone().plus(stage.convergence()),
          () -> registry.stats().heals() >= heals && registration.state() == State.REGISTERED);
      stage.expectListed("orders", registration.instance());
    }
  }

  /**
   * What was declared during an outage longer than the TTL is in the store once it is over:
   * updates, new registrations, and no closed one. Needs a Link. Check that a heal writes what is
   * declared now.
   */
  @Test
  default void s207_theLatestContentAfterAnOutage() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    Registration updated = stage.register(registry, Scenario.instance("orders", "updated"));
    Registration closed = stage.register(registry, Scenario.instance("orders", "closed"));
    Recorder view = stage.observe("orders");
    link.refuse();
    view.awaitExactly(stage.gone());
    var acknowledged = updated.update(before -> before.withMetadata("declared", "in the dark"));
    Registration added = registry.register(Scenario.instance("orders", "added"));
    closed.close();
    link.restore();
    view.awaitExactly(stage.convergence(), updated.instance(), added.instance());
    stage.join(acknowledged);
    stage.expectListed("orders", updated.instance(), added.instance());
  }

  /**
   * The server is restarted; registrations stay or come back, and watches agree. Needs a Server.
   * Check reconnecting; a store that lost nobody's lease must not show a removal for long.
   */
  @Test
  default void s207_registrationsSurviveARestartOfTheServer() {
    Scenario stage = scenario();
    Server server = stage.server();
    Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    server.restart();
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    stage.awaitListed("orders", stage.gone().plus(stage.convergence()), registration.instance());
    stage.awaitState(registration, State.REGISTERED, stage.convergence());
    view.awaitExactly(stage.convergence(), registration.instance());
  }

  /**
   * The store loses everything; every registration is written again. Needs a Server. Check that a
   * new lease or session is taken when the store does not know the old one.
   */
  @Test
  default void s207_aWipedStoreIsFilledAgain() {
    Scenario stage = scenario();
    Server server = stage.server();
    Registry registry = stage.open();
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(stage.register(registry, Scenario.instance("orders", "id-" + i)));
    }
    server.wipe();
    stage.awaitListed(
        "orders",
        stage.gone().plus(stage.convergence().multipliedBy(2)),
        all.stream().map(Registration::instance).toArray(ServiceInstance[]::new));
  }

  /**
   * A hundred registrations of one registry live through a cut and an orderly close of its
   * connections: no write, no callback, no state change. Needs a Link. Check that reconnecting with
   * a living session or lease does nothing at all.
   */
  @Test
  default void s208_aPlainReconnectWritesNothing() {
    Scenario stage = scenario();
    Link link = stage.link();
    Registry registry = stage.open(link);
    List<Registration> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(registry.register(Scenario.instance("orders", "id-" + i)));
    }
    all.forEach(registration -> registration.awaitRegistered(stage.convergence()));
    Recorder view = stage.observe("orders");
    Recorder own = stage.watch(registry, "orders");
    own.awaitPhase(Phase.CURRENT, stage.convergence());
    States states = stage.states(all.get(0));
    long writes = registry.stats().writes();
    link.cut();
    view.expectQuiet(Scenario.QUIET);
    own.awaitPhase(Phase.CURRENT, stage.convergence());
    link.finish();
    view.expectQuiet(Scenario.QUIET);
    own.awaitPhase(Phase.CURRENT, stage.convergence());
    long more = registry.stats().writes() - writes;
    stage.check(more == 0, more + " writes after a plain reconnect");
    states.await(stage.convergence(), State.REGISTERED);
  }
}
