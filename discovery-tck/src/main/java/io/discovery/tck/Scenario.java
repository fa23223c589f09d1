package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * The stage of one test: registries in a namespace of its own, recorders on their watches, the
 * fixture's capabilities, and waits that name the rule. In the end it heals what the test has hurt,
 * closes what the test has opened and checks every recorder. Used by the test's thread only.
 */
final class Scenario extends Needs implements AutoCloseable {
  /** How long "nothing happens" is watched. */
  static final Duration QUIET = Duration.ofSeconds(1);

  private final Fixture fixture;
  private final String test;
  private final String namespace;
  private final List<Registry> registries = new ArrayList<>();
  private final List<Recorder> recorders = new ArrayList<>();
  private Registry observer;

  Scenario(Fixture fixture, String test) {
    super(fixture, test);
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

  /** Closes many, a few dozen at a time; one after another would take minutes. */
  void closeAll(Stream<Runnable> closes, Duration within) {
    ExecutorService threads = Executors.newFixedThreadPool(64);
    try {
      closes
          .map(close -> CompletableFuture.runAsync(close, threads))
          .toList()
          .forEach(closing -> await("a close", within, closing::isDone));
    } finally {
      threads.shutdown();
    }
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
    List<Runnable> steps = new ArrayList<>(healing());
    registries.forEach(registry -> steps.add(registry::close));
    steps.addAll(closing());
    recorders.forEach(recorder -> steps.add(recorder::check));
    Assertions.assertAll(
        "rule " + rule() + ": the end of the test", steps.stream().map(step -> step::run));
  }

  /** Returns a configuration of the fixture's with this test's namespace and TTL. */
  RegistryConfig prepare(RegistryConfig config) {
    return config.withNamespace(namespace).withTtl(ttl());
  }
}
