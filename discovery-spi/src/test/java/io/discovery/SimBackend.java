package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.SimLink.Fault;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A backend that does all that {@link io.discovery.spi} allows one to do, and checks that the
 * engine asks for nothing else. One for each opened registry.
 */
final class SimBackend implements BackendProvider, Backend {
  private static final int MOST_CALLS_A_SECOND = 150;

  final SimClock clock;
  final SimOracles oracles;
  final SimStore store;
  final SimKnobs knobs;
  final SimLink link;
  final SimLoop loop;
  final SimRandom random;
  final List<SimOwnership> handles = new ArrayList<>();
  final List<SimSubscription> streams = new ArrayList<>();
  private final String process;
  private RegistryConfig config;
  private BackendContext context;
  private final List<SimRegistration> registrations = new ArrayList<>();
  private long listedAt; // when a listing that took long came last, and how long it took
  private long listingAge;
  private boolean shutDown;
  private boolean crashed;
  private long second;
  private int calls;

  SimBackend(
      String process,
      SimClock clock,
      SimOracles oracles,
      SimStore store,
      SimKnobs knobs,
      SimLink link,
      SimLoop loop,
      SimRandom random) {
    this.process = process;
    this.clock = clock;
    this.oracles = oracles;
    this.store = store;
    this.knobs = knobs;
    this.link = link;
    this.loop = loop;
    this.random = random;
  }

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public Backend connect(RegistryConfig given, BackendContext lent) {
    config = given;
    context = lent;
    return this;
  }

  RegistryConfig config() {
    return config;
  }

  /** Kills the process: nothing it was told or had begun goes on. */
  void crash() {
    crashed = true;
    streams.forEach(SimSubscription::abandon);
  }

  boolean crashed() {
    return crashed;
  }

  boolean isShutDown() {
    return shutDown;
  }

  void registered(SimRegistration registration) {
    registrations.add(registration);
  }

  List<SimRegistration> registrations() {
    return registrations;
  }

  /** Returns the registration that the engine asks this handle for: they come in turn. */
  SimRegistration declared(SimOwnership handle) {
    for (SimRegistration registration : registrations) {
      if (registration.is(handle.service(), handle.id())
          && registration.handle().state() != Registration.State.CLOSED
          && registration.ownership() == null) {
        registration.bind(handle);
        return registration;
      }
    }
    oracles.violated(SimOracle.PROTOCOL, () -> "own of what nobody has registered", null);
    throw new IllegalStateException("nobody has registered this");
  }

  void slowListing(long age) {
    listedAt = clock.now();
    listingAge = age;
  }

  /** Returns by how much a view may be older than usual because its listing took long. */
  long listingAge(long within) {
    return clock.now() - listedAt <= within + listingAge ? listingAge : 0;
  }

  void reachable() {
    if (!crashed && !shutDown) {
      context.reachable();
    }
  }

  void trace(Supplier<String> line) {
    oracles.trace(() -> process + ": " + line.get());
  }

  /** Checks what holds for every call of the engine. */
  void called(String what) {
    trace(() -> what);
    oracles.check(loop.inLoop(), SimOracle.PROTOCOL, () -> what + " outside of the loop");
    oracles.check(!shutDown, SimOracle.QUIET, () -> what + " after shutdown");
    long now = clock.elapsed() / 1_000;
    calls = now == second ? calls + 1 : 1;
    second = now;
    oracles.check(
        calls <= MOST_CALLS_A_SECOND,
        SimOracle.PACE,
        () -> what + " is call " + calls + " within a second");
    if (link.suffers(Fault.THROWING)) {
      throw new IllegalStateException("simulated: the backend throws");
    }
  }

  /**
   * Makes one attempt: a request, its effect at the store, and an answer, each of which may be
   * lost.
   */
  <T> CompletionStage<T> attempt(Duration timeout, boolean reads, Supplier<T> effect) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (knobs.instant() && link.isPlain()) {
      affect(effect, answer).run();
      return answer;
    }
    clock.after(
        timeout.toNanos(), () -> answer(answer, () -> fail(answer, Reason.UNAVAILABLE, "timeout")));
    clock.after(
        link.latency(),
        () -> {
          if (crashed) {
            return;
          }
          if (link.loses()) {
            if (link.suffers(Fault.CUT)) {
              refuse(answer, Reason.UNAVAILABLE);
            } else if (random.oneIn(2)) { // held up somewhere, and goes on when nobody waits
              clock.after(link.untilOpen() + link.latency(), () -> affect(effect, answer));
            }
          } else if (link.suffers(Fault.DENIED)) {
            refuse(answer, Reason.DENIED);
          } else {
            Runnable outcome = affect(effect, answer);
            clock.after(
                reads ? link.listingLatency() : link.latency(),
                () -> {
                  if (!link.loses()) {
                    answer(answer, outcome);
                  } else if (link.suffers(Fault.CUT)) {
                    refuse(answer, Reason.UNAVAILABLE);
                  }
                });
          }
        });
    return answer;
  }

  /** Lets the request take effect and returns what the answer will do. */
  private <T> Runnable affect(Supplier<T> effect, CompletableFuture<T> answer) {
    if (crashed) {
      return () -> {};
    }
    try {
      T result = effect.get();
      return () -> answer.complete(result);
    } catch (DiscoveryException e) {
      return () -> answer.completeExceptionally(e);
    }
  }

  private void refuse(CompletableFuture<?> answer, Reason reason) {
    clock.after(link.latency(), () -> answer(answer, () -> fail(answer, reason, "refused")));
  }

  private void fail(CompletableFuture<?> answer, Reason reason, String message) {
    answer.completeExceptionally(failure(reason, message));
  }

  /** Returns a failure in one of the forms that are allowed. */
  Throwable failure(Reason reason, String message) {
    return reason == Reason.UNAVAILABLE && random.oneIn(3)
        ? new IOException(random.oneIn(2) ? null : message)
        : new DiscoveryException(reason, random.oneIn(4) ? null : message);
  }

  /** Tells the engine something, on whichever thread this backend does. */
  void answer(CompletableFuture<?> answer, Runnable tell) {
    if (!answer.isDone()) {
      tell(tell);
    }
  }

  void tell(Runnable tell) {
    if (crashed) {
      return;
    }
    if (knobs.offLoop()) {
      tell.run();
    } else {
      loop.execute(tell);
    }
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    trace(() -> "own " + service + "/" + id);
    oracles.check(loop.inLoop(), SimOracle.PROTOCOL, () -> "own outside of the loop");
    oracles.check(!shutDown, SimOracle.QUIET, () -> "own after shutdown");
    SimOwnership handle =
        new SimOwnership(this, Names.decode(service), Names.decode(id), ttl, listener);
    oracles.check(
        handles.stream().noneMatch(other -> other.open() && other.sameKey(handle)),
        SimOracle.PROTOCOL,
        () -> "a second open handle of " + service + "/" + id);
    handles.add(handle);
    return handle;
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    called("subscribe " + service);
    SimSubscription stream = new SimSubscription(this, Names.decode(service), observer);
    oracles.check(
        streams.stream()
            .noneMatch(other -> other.open() && other.service().equals(stream.service())),
        SimOracle.PROTOCOL,
        () -> "a second watch of " + service);
    streams.removeIf(other -> !other.open());
    streams.add(stream);
    stream.begin();
    return stream;
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    throw new UnsupportedOperationException("nobody here asks for settings");
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    called("list " + service);
    return attempt(config.listTimeout(), true, () -> store.list(Names.decode(service)));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    called("services");
    return attempt(config.listTimeout(), true, store::services);
  }

  @Override
  public CompletionStage<Void> shutdown() {
    called("shutdown");
    oracles.check(
        streams.stream().noneMatch(SimSubscription::open),
        SimOracle.QUIET,
        () -> "a watch is open at shutdown");
    shutDown = true;
    return attempt(
        config.requestTimeout(),
        false,
        () -> {
          handles.forEach(SimOwnership::revoke);
          return null;
        });
  }
}
