package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registration.State;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import io.discovery.tck.Auth.Access;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Chapter 7, security: who may do what, and with whom we speak. */
interface SecurityChapter extends Chapter {
  /** Refused credentials are tried again every five seconds and a little more each time. */
  Duration MENDED = Duration.ofSeconds(10);

  /**
   * A user's password is changed while a registry uses it: at the next read the status says DENIED,
   * what is shown stays, there is no storm of attempts, and once the password is mended the watch
   * heals. Needs an Auth. Check how failures of authentication are told from outages, and what
   * drops a connection that can no longer authenticate.
   */
  @Test
  default void s703_refusedCredentialsHeal() {
    Scenario stage = scenario();
    Auth auth = stage.auth();
    String user = user(auth, "right", Access.WRITE);
    Registry registry = open(auth, user, "right");
    Registration registration = registry.register(Scenario.instance("orders", "1"));
    registration.awaitRegistered(stage.convergence());
    Recorder view = stage.watch(registry, "orders");
    view.awaitExactly(stage.convergence(), registration.instance());
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    auth.setPassword(user, "another");
    stage.await(
        "a refusal in the status",
        stage.convergence(),
        () -> {
          view.watcher().refresh();
          return reason(view.watcher()).equals(Optional.of(Reason.DENIED));
        });
    long attempts = registry.stats().subscriptions();
    view.expectQuiet(Duration.ofSeconds(3));
    stage.check(
        registry.stats().subscriptions() - attempts <= 2,
        "attempts within three seconds: " + (registry.stats().subscriptions() - attempts));
    stage.check(view.mark() == 1, "the refusal was seen: " + view.since(1));
    auth.setPassword(user, "right");
    view.awaitPhase(Phase.CURRENT, stage.convergence().plus(MENDED));
    view.awaitExactly(stage.convergence(), registration.instance());
    stage.awaitState(registration, State.REGISTERED, stage.convergence().plus(MENDED));
  }

  /**
   * With a wrong password from the start: nothing is invented, reads and {@code awaitRegistered}
   * say DENIED; when the password becomes right, everything comes true. Needs an Auth. Check how
   * failures of authentication are told from outages.
   */
  @Test
  default void s703_wrongCredentialsAreReported() {
    Scenario stage = scenario();
    Auth auth = stage.auth();
    String user = user(auth, "right", Access.WRITE);
    Registry registry = open(auth, user, "wrong");
    Registration registration = registry.register(Scenario.instance("orders", "1"));
    Recorder view = stage.watch(registry, "orders");
    stage.await(
        "a refusal in the status",
        stage.convergence(),
        () -> reason(view.watcher()).equals(Optional.of(Reason.DENIED)));
    stage.check(view.mark() == 0, "invented: " + view.since(0));
    stage.check(reasonOfList(registry).equals(Optional.of(Reason.DENIED)), "list is not DENIED");
    DiscoveryException failure =
        stage.expectFailure(
            DiscoveryException.class,
            "awaitRegistered with a wrong password",
            () -> registration.awaitRegistered(Scenario.QUIET));
    stage.check(
        failure.getCause() instanceof DiscoveryException cause && cause.reason() == Reason.DENIED,
        "cause of '" + failure + "': " + failure.getCause());
    auth.setPassword(user, "wrong");
    stage.awaitState(registration, State.REGISTERED, stage.convergence().plus(MENDED));
    view.awaitExactly(stage.convergence().plus(MENDED), registration.instance());
  }

  /**
   * Over TLS all works if chain and host name verify. A server whose certificate is unknown, or
   * another host's, or that speaks no TLS, is not talked to. Needs a Tls. Check that the client
   * library verifies host names, and is told to speak TLS whatever the endpoint looks like.
   */
  @Test
  default void s703_tlsVerifiesAndNeverDowngrades() {
    Scenario stage = scenario();
    Tls tls = stage.tls();
    Registration registration =
        stage.open(stage.prepare(tls.trusted())).register(Scenario.instance("orders", "1"));
    // The first handshake of a JVM takes its time.
    registration.awaitRegistered(stage.convergence().multipliedBy(2));
    stage.expectListed("orders", registration.instance());
    refuses("a server whose certificate nobody trusts", tls.stranger());
    refuses("a server with the certificate of another host", tls.misnamed());
    refuses("a server that speaks no TLS", tls.plaintext());
  }

  private void refuses(String whom, RegistryConfig config) {
    Scenario stage = scenario();
    Registry registry = stage.open(stage.prepare(config));
    stage.expectFailure(
        DiscoveryException.class,
        "talking to " + whom,
        () -> registry.list("orders", stage.convergence()));
    registry.close();
  }

  /**
   * Who may read {@code <namespace>/<service>/} watches and lists it, and may not register there;
   * who may write there registers, updates and leaves. Neither may see another service. When the
   * reader's permission is revoked, its watch keeps what it knows. Needs an Auth. Check requests
   * that reach beyond the prefix: parents, ranges without the delimiter, checks of health.
   */
  @Test
  default void s704_leastPrivilegeIsEnough() {
    Scenario stage = scenario();
    Auth auth = stage.auth();
    String reader = user(auth, "r", Access.READ);
    String writer = user(auth, "w", Access.WRITE);
    Registry reading = open(auth, reader, "r");
    Recorder view = stage.watch(reading, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    ServiceInstance instance = Scenario.instance("orders", "1");
    Registration registration = open(auth, writer, "w").register(instance);
    registration.awaitRegistered(stage.convergence());
    view.awaitExactly(stage.convergence(), instance);
    stage.join(registration.update(before -> before.withWeight(2)));
    view.awaitExactly(stage.convergence(), registration.instance());
    stage.check(
        reading.list("orders", stage.convergence()).instances().size() == 1,
        "list is not complete");
    DiscoveryException failure =
        stage.expectFailure(
            DiscoveryException.class,
            "registering with permission to read",
            () -> reading.register(instance.withId("2")).awaitRegistered(Scenario.QUIET));
    stage.check(failure.getCause() != null, "no cause in '" + failure + "'");
    registration.close();
    view.awaitExactly(stage.convergence());
    int mark = view.mark();
    auth.revoke(reader, stage.namespace(), "orders");
    stage.check(reasonOfList(reading).equals(Optional.of(Reason.DENIED)), "list is not DENIED");
    view.expectQuiet(Scenario.QUIET);
    stage.check(view.mark() == mark, "the revocation was seen: " + view.since(mark));
  }

  /** Adds a user of this test with access to its service {@code orders}. */
  private String user(Auth auth, String password, Access access) {
    String user = scenario().namespace().replaceAll("\\W", "") + password;
    auth.addUser(user, password);
    auth.grant(user, scenario().namespace(), "orders", access);
    return user;
  }

  private Registry open(Auth auth, String user, String password) {
    Scenario stage = scenario();
    return stage.open(stage.prepare(auth.config()).withCredentials(user, password));
  }

  private static Optional<Reason> reason(Watcher watcher) {
    return watcher.status().cause().map(DiscoveryException::reason);
  }

  private Optional<Reason> reasonOfList(Registry registry) {
    try {
      registry.list("orders", scenario().convergence());
      return Optional.empty();
    } catch (DiscoveryException e) {
      return Optional.of(e.reason());
    }
  }
}
