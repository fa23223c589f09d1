package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The stage of one test: registries in a namespace of its own, recorders on their watches, the
 * fixture's capabilities, and waits that name the rule. In the end it heals what the test has hurt,
 * closes what the test has opened and checks every recorder. Used by the test's thread only.
 */
final class Scenario implements AutoCloseable {
  /** How long "nothing happens" is watched. */
  static final Duration QUIET = Duration.ofSeconds(1);

  private static final System.Logger LOG = System.getLogger("io.discovery.tck");

  private final Fixture fixture;
  private final String test;
  private final String namespace;
  private final List<Registry> registries = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Recorder> recorders = new ArrayList<>();
  private final Set<Capability> used = EnumSet.noneOf(Capability.class);
  private Registry observer;
  private Quorum quorum; // null until used

  Scenario(Fixture fixture, String test) {
    this.fixture = fixture;
    this.test = test;
    this.namespace =
        "tck/"
            + test.replaceAll("_.*", "")
            + "-"
            + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
  }

  /** Returns the rule that the test's name stands for: {@code s209_…} is 2.9. */
  String rule() {
    return Proof.rule(test);
  }

  /** Returns the capabilities that the test has used or asked for in vain. */
  Set<Capability> used() {
    return used;
  }

  String namespace() {
    return namespace;
  }

  /** Returns the fixture's configuration with this test's namespace and TTL. */
  RegistryConfig config() {
    return prepare(fixture.config());
  }

  /** Opens a registry that reaches the store directly. */
  Registry open() {
    return open(config());
  }

  /** Opens a registry that reaches the store through a link. */
  Registry open(Link link) {
    return open(prepare(link.config()));
  }

  Registry open(RegistryConfig config) {
    Registry registry = Registries.open(config);
    registries.add(registry);
    return registry;
  }

  /** Returns an independent registry that reaches the store directly: the witness of a test. */
  Registry observer() {
    if (observer == null) {
      observer = open();
    }
    return observer;
  }

  /** Returns a recorder on a new watch. */
  Recorder watch(Registry registry, String service) {
    Recorder recorder = new Recorder(rule());
    recorders.add(recorder);
    recorder.follows(registry.watch(service, recorder));
    return recorder;
  }

  /** Returns a recorder on the observer's watch, once it is current. */
  Recorder observe(String service) {
    Recorder recorder = watch(observer(), service);
    recorder.awaitPhase(Watcher.Phase.CURRENT, convergence());
    return recorder;
  }

  /** Registers and waits for the acknowledgement. */
  Registration register(Registry registry, ServiceInstance instance) {
    Registration registration = registry.register(instance);
    registration.awaitRegistered(convergence());
    return registration;
  }

  /** Waits until no thread is left that bears this closed registry's label (rule 5.1). */
  void awaitNoThread(Registry closed, Duration within) {
    String label = closed.toString().replaceAll(" .*", "");
    Supplier<List<String>> left =
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.equals(label) || name.startsWith(label + "-"))
                .toList();
    Await.until(
        () -> "rule " + rule() + ": the end of threads " + left.get(),
        within,
        () -> left.get().isEmpty());
  }

  /** Waits for an acknowledgement. */
  void join(CompletableFuture<?> acknowledgement) {
    try {
      acknowledgement.get(convergence().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(
          "rule " + rule() + ": no acknowledgement within " + convergence(), e);
    } catch (ExecutionException e) {
      throw new AssertionError("rule " + rule() + ": refused instead of acknowledged", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  Store store() {
    return need(fixture.store(), Capability.STORE);
  }

  Server server() {
    return need(fixture.server(), Capability.SERVER);
  }

  Link link() {
    Link link = new NotedLink(need(fixture.openLink(), Capability.LINK), used::add);
    links.add(link);
    return link;
  }

  Expiry expiry() {
    return need(fixture.expiry(), Capability.EXPIRY);
  }

  Compaction compaction() {
    return need(fixture.compaction(), Capability.COMPACTION);
  }

  Auth auth() {
    return need(fixture.auth(), Capability.AUTH);
  }

  Tls tls() {
    return need(fixture.tls(), Capability.TLS);
  }

  Quorum quorum() {
    quorum = need(fixture.quorum(), Capability.QUORUM);
    return quorum;
  }

  /** Returns how many watches the store counts. */
  long watches() {
    return count(Census::watches, "watches");
  }

  /** Returns how many connections the store counts. */
  long connections() {
    return count(Census::connections, "connections");
  }

  /** Returns how many leases or sessions the store counts. */
  long owners() {
    return count(Census::owners, "leases or sessions");
  }

  Duration ttl() {
    return fixture.bounds().ttl();
  }

  /** Returns the longest that a record without a living owner may be seen. */
  Duration gone() {
    return ttl().plus(fixture.bounds().slack());
  }

  /** Returns D. */
  Duration detection() {
    return fixture.bounds().detection();
  }

  /** Returns C. */
  Duration convergence() {
    return fixture.bounds().convergence();
  }

  /** Waits until a fresh read by the observer is exactly this; meanwhile reads may fail. */
  void awaitListed(String service, Duration within, ServiceInstance... instances) {
    List<ServiceInstance> expected = Difference.sorted(instances);
    AtomicReference<String> last = new AtomicReference<>();
    Await.until(
        () -> "rule " + rule() + ": fresh list of " + service + ": " + last.get(),
        within,
        () -> {
          try {
            List<ServiceInstance> listed = observer().list(service, within).instances();
            last.set(Difference.describe(expected, listed));
            return listed.equals(expected);
          } catch (DiscoveryException e) {
            last.set(e.toString());
            return false;
          }
        });
  }

  /** Checks that a fresh read by the observer is exactly this, now. */
  void expectListed(String service, ServiceInstance... instances) {
    List<ServiceInstance> expected = Difference.sorted(instances);
    List<ServiceInstance> listed = observer().list(service, convergence()).instances();
    check(
        listed.equals(expected),
        "fresh list of " + service + ": " + Difference.describe(expected, listed));
  }

  /** Returns a listener of this registration's states. */
  States states(Registration registration) {
    return new States(rule(), registration);
  }

  /** Waits for a registration's state. */
  void awaitState(Registration registration, Registration.State state, Duration within) {
    Await.until(
        () -> "rule " + rule() + ": " + registration + " becomes " + state,
        within,
        () -> registration.state() == state);
  }

  void await(String what, Duration within, BooleanSupplier condition) {
    Await.until(() -> "rule " + rule() + ": " + what, within, condition);
  }

  /** Waits until a count is within bounds. */
  void awaitCount(String what, LongSupplier count, long least, long most) {
    AtomicLong last = new AtomicLong();
    Await.until(
        () -> "rule " + rule() + ": " + least + " to " + most + " " + what + "; there are " + last,
        convergence(),
        () -> {
          last.set(count.getAsLong());
          return last.get() >= least && last.get() <= most;
        });
  }

  void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError("rule " + rule() + ": " + otherwise);
    }
  }

  /** Checks that {@code action} fails like this and returns the failure. */
  <T extends Throwable> T expectFailure(Class<T> type, String what, Runnable action) {
    try {
      action.run();
    } catch (Throwable thrown) {
      check(
          type.isInstance(thrown),
          what + " failed with " + thrown + " (expected: " + type.getSimpleName() + ")");
      return type.cast(thrown);
    }
    throw new AssertionError(
        "rule " + rule() + ": " + what + " succeeded (expected: " + type.getSimpleName() + ")");
  }

  /** Returns an instance like any other. */
  static ServiceInstance instance(String service, String id) {
    return ServiceInstance.of(service, "10.0.0.1", 8080).withId(id);
  }

  @Override
  public void close() {
    // Stores and links first, so that registries say goodbye in health.
    List<Runnable> steps = new ArrayList<>();
    links.forEach(link -> steps.add(link::restore));
    fixture.server().ifPresent(server -> steps.add(server::start));
    if (quorum != null) {
      steps.add(quorum::restore);
    }
    registries.forEach(registry -> steps.add(registry::close));
    links.forEach(link -> steps.add(link::close));
    recorders.forEach(recorder -> steps.add(recorder::check));
    Assertions.assertAll(
        "rule " + rule() + ": the end of the test", steps.stream().map(step -> step::run));
  }

  /** Returns a configuration of the fixture's with this test's namespace and TTL. */
  RegistryConfig prepare(RegistryConfig config) {
    return config.withNamespace(namespace).withTtl(ttl());
  }

  private long count(Function<Census, OptionalLong> of, String what) {
    OptionalLong counted = of.apply(need(fixture.census(), Capability.CENSUS));
    if (counted.isEmpty()) {
      skip("the fixture's Census does not count " + what);
    }
    return counted.getAsLong();
  }

  private <T> T need(Optional<T> offered, Capability capability) {
    used.add(capability);
    if (offered.isEmpty()) {
      skip("the fixture has no " + capability.label);
    }
    return offered.orElseThrow();
  }

  /** Skips the test if what the library logs cannot be seen. */
  void needLog() {
    if (!LogLines.visible()) {
      skip("System.Logger does not lead to java.util.logging here");
    }
  }

  /** Ends the test as neither passed nor failed, loudly. */
  void skip(String reason) {
    LOG.log(Level.WARNING, "{0} is skipped: {1}", test, reason);
    Assumptions.abort(reason);
  }
}
