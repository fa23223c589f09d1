package io.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * One process of a simulation: an application with a registry, which it may close and open again,
 * and which may be killed. Its methods are what the actions of a schedule call, outside of any
 * loop.
 */
final class SimProcess {
  private static final long SECOND = 1_000_000_000;

  private final SimRun run;
  private final int number;
  private final SimLink link;
  private final SimRandom random;
  private final List<SimRegistration> registrations = new ArrayList<>();
  private final List<SimWatch> watches = new ArrayList<>();
  private SimLoop loop;
  private SimBackend backend;
  private RegistryEngine registry; // null while the process does not run
  private long resets;
  private long resetAt = Long.MIN_VALUE;
  private boolean deceived;
  private boolean closing;

  SimProcess(SimRun run, int number) {
    this.run = run;
    this.number = number;
    this.random = new SimRandom(run.seed, "process " + number);
    this.link = new SimLink(run.clock, new SimRandom(run.seed, "link " + number), run.knobs);
    open();
  }

  SimRun run() {
    return run;
  }

  SimLink link() {
    return link;
  }

  void open() {
    if (registry != null || closing) {
      return;
    }
    loop = new SimLoop(run.clock, run.oracles);
    backend =
        new SimBackend(
            toString(),
            run.clock,
            run.oracles,
            run.store,
            run.knobs,
            link,
            loop,
            new SimRandom(run.seed, "backend " + number + " " + run.clock.elapsed()));
    RegistryConfig config =
        RegistryConfig.defaults()
            .withBackend("simulated")
            .withFormat("etcd-naming")
            .with("ttl", "6s")
            .with("resync-interval", run.knobs.resync() ? "60s" : "5m");
    Engine engine =
        new Engine(
            "simulated-" + number,
            config,
            loop,
            loop.listeners(random),
            random.generator(),
            run.clock,
            run.clock);
    resets = 0;
    deceived = false;
    registry = new RegistryEngine(engine, backend, loop::stop);
    loop.afterEachTask(this::look);
  }

  private void look() {
    if (registry != null && registry.stats().resets() != resets) {
      resets = registry.stats().resets();
      resetAt = run.clock.now();
    }
    for (int i = 0; i < watches.size(); i++) {
      watches.get(i).look();
    }
  }

  /** Tells whether views may still hold what the store lost. */
  boolean holdsLost() {
    return resets > 0 && run.clock.now() <= resetAt + SimWatch.GRACE + SECOND;
  }

  /** Tells whether views may be older than the detection bound, for no fault of the engine. */
  boolean isExcused() {
    return deceived || holdsLost() || loop.stalledWithin(SimWatch.DETECTION + SECOND);
  }

  long listingAge() {
    return backend.listingAge(SimWatch.DETECTION);
  }

  void register(String service, String id, int detail) {
    if (registry == null) {
      return;
    }
    ServiceInstance instance =
        ServiceInstance.of(service, "10.0.0." + number, run.nextPort()).withId(id);
    boolean taken = registrations.stream().anyMatch(r -> !r.closed() && r.is(service, id));
    try {
      Registration handle =
          detail % 4 == 0
              ? registry.register(instance, Duration.ofSeconds(3 + detail % 9))
              : registry.register(instance);
      run.oracles.check(
          !taken, SimOracle.PROTOCOL, () -> service + "/" + id + " is registered here twice");
      SimRegistration made = new SimRegistration(run.oracles, loop, handle);
      registrations.add(made);
      backend.registered(made);
    } catch (IllegalStateException refused) {
      run.oracles.check(
          taken,
          SimOracle.PROTOCOL,
          () -> "cannot register " + service + "/" + id + ": " + refused);
    }
  }

  private <T> T pick(List<T> all, IntPredicate eligible, int detail) {
    List<T> found = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (eligible.test(i)) {
        found.add(all.get(i));
      }
    }
    return registry == null || found.isEmpty() ? null : found.get(detail % found.size());
  }

  private SimRegistration openRegistration(int detail) {
    return pick(registrations, i -> !registrations.get(i).closed(), detail);
  }

  private SimWatch openWatch(int detail) {
    return pick(watches, i -> !watches.get(i).closed(), detail);
  }

  void update(int detail) {
    SimRegistration registration = openRegistration(detail);
    if (registration == null || registration.handle().state() == Registration.State.SUPERSEDED) {
      return;
    }
    ServiceInstance now = registration.handle().instance();
    if (detail % 4 == 1) { // and soon back to what was there, perhaps before the answer is in
      run.clock.afterMillis(
          detail % 100,
          () -> {
            if (registry != null
                && !registration.closed()
                && registration.handle().state() != Registration.State.SUPERSEDED) {
              registration.update(now);
            }
          });
    }
    registration.update(
        switch (detail % 8) {
          case 0 -> registration.declaredBefore(1);
          case 2 -> now.withAddress(now.host(), run.nextPort());
          case 3 -> now.withMetadata("size", "huge").withMetadata("v", "" + run.nextPort());
          default -> now.withMetadata(java.util.Map.of("v", "" + run.nextPort()));
        });
  }

  void closeRegistration(int detail) {
    SimRegistration registration = openRegistration(detail);
    if (registration != null && detail % 3 == 0) {
      registration.close();
    } else if (registration != null) {
      registration.beginClose();
    }
  }

  void watch(String service, int detail) {
    if (registry != null) {
      SimWatch watch = new SimWatch(this, service, () -> guest(service, detail));
      watch.use(registry.watch(service, watch));
      watches.add(watch);
    }
  }

  /** What a listener does besides, while there is chaos: anything that the API has. */
  private void guest(String service, int detail) {
    if (run.isChaotic() && registry != null && detail % 4 == 0) {
      int chance = random.below(12);
      if (chance == 0) {
        throw new IllegalStateException("simulated: a listener throws");
      } else if (chance == 1 || chance > 8) {
        list(service);
      } else if (chance == 2) {
        closeWatch(random.below(10));
      } else if (chance == 3) {
        register(service, run.id(random.below(10)), detail);
      } else if (chance == 4) {
        closeRegistration(random.below(10));
      }
    }
  }

  void closeWatch(int detail) {
    SimWatch watch = openWatch(detail);
    if (watch != null) {
      watch.close();
    }
  }

  void refresh(int detail) {
    SimWatch watch = openWatch(detail);
    if (watch != null) {
      watch.watcher().refresh();
    }
  }

  /** Reads, and compares what came with what was there meanwhile. */
  void list(String service) {
    RegistryEngine reader = registry;
    if (reader == null) {
      return;
    }
    long asked = run.clock.now();
    Snapshot read;
    try {
      read = reader.list(service, Duration.ofSeconds(4));
      reader.services(Duration.ofSeconds(1));
    } catch (DiscoveryException | IllegalStateException failed) {
      run.oracles.trace(() -> this + ": list failed: " + failed);
      return;
    }
    for (SimKey key : run.store.keys(service)) {
      ServiceInstance shown = read.instance(key.id).orElse(null);
      boolean fits = false;
      for (int i = key.asOf(asked).index(); i < key.size(); i++) {
        fits |= key.at(i).shows(shown);
      }
      run.oracles.check(
          fits, SimOracle.FRESH_LIST, () -> this + ": lists " + SimWatch.describe(read));
    }
  }

  void closeRegistry() {
    if (registry == null) {
      return;
    }
    RegistryEngine last = registry;
    registry = null;
    closing = true;
    long begun = run.clock.now();
    long nested = run.clock.nested();
    boolean timed = run.clock.depth() == 0;
    last.close();
    closing = false;
    watches.forEach(watch -> watch.forget(false));
    registrations.forEach(SimRegistration::forget);
    run.oracles.check(
        !timed || nested != run.clock.nested() || run.clock.now() - begun <= SimWatch.DETECTION,
        SimOracle.QUIET,
        () -> this + ": closing took more than 5 s");
    run.oracles.check(
        loop.stopped(), SimOracle.QUIET, () -> this + ": the loop goes on after close");
    run.oracles.check(
        backend.streams.stream().noneMatch(SimSubscription::open),
        SimOracle.QUIET,
        () -> this + ": a watch is open after close");
    last.close(); // idempotent
  }

  void crash() {
    if (registry != null) {
      registry = null;
      backend.crash();
      loop.stop();
      watches.forEach(watch -> watch.forget(true));
      registrations.forEach(SimRegistration::forget);
    }
  }

  void stall(long millis) {
    loop.stall(millis);
  }

  void endStreams(DiscoveryException.Reason reason) {
    List.copyOf(backend.streams).stream()
        .filter(SimSubscription::open)
        .forEach(stream -> stream.end(reason));
  }

  /** Loses an event without a trace, which only reading again can mend. */
  void deceive() {
    if (run.knobs.resync()) {
      deceived = true;
      backend.streams.forEach(SimSubscription::skipOne);
    }
  }

  void loseOwnership(int detail, boolean really) {
    List<SimOwnership> held = backend.handles.stream().filter(SimOwnership::held).toList();
    if (!held.isEmpty() && really) {
      held.get(detail % held.size()).expire();
    } else if (!held.isEmpty()) {
      SimOwnership handle = held.get(detail % held.size());
      backend.tell(() -> handle.lost("a false alarm"));
    }
  }

  void reachable() {
    if (registry != null) {
      backend.reachable();
    }
  }

  /** Returns what is not yet as it should be, or null. */
  String lacks() {
    if (registry == null) {
      return null;
    }
    for (SimRegistration registration : registrations) {
      String lack = registration.lacks(run.store);
      if (lack != null) {
        return this + ": " + lack;
      }
    }
    for (SimWatch watch : watches) {
      String lack = watch.lacks();
      if (lack != null) {
        return lack;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "p" + number;
  }
}
