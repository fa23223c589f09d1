package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The one implementation of {@link Registry}, the same for every backend: checks input on the
 * caller's thread and hands work to the tasks and views on the event loop. Safe for any thread.
 */
final class RegistryEngine implements Registry, BackendContext {
  private static final Duration TICK = Duration.ofSeconds(1);
  // Together with the listeners' last moment less than the five seconds of rule 5.1.
  private static final Duration RELEASE = Duration.ofSeconds(2);
  private static final Duration SHUTDOWN = Duration.ofMillis(2_500);

  private final Engine engine;
  private final SettingsViews settings;
  private final Runnable releaseThreads;
  private final ConcurrentHashMap<Name, LocalRegistration> open = new ConcurrentHashMap<>();
  private final Set<LocalWatcher> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Void> ended =
      new CompletableFuture<>(); // fails when closing is done
  // On the loop only: registrations that may be in the store, the newest of them by name, and views
  // by service.
  private final Set<RegistrationTask> unsettled = new LinkedHashSet<>();
  private final Map<Name, LocalRegistration> present = new HashMap<>();
  private final Map<String, ServiceView> views = new HashMap<>();
  private boolean down; // the backend shuts down and is asked nothing more

  /** What a registration is unique by. */
  private record Name(String service, String id) {
    static Name of(ServiceInstance instance) {
      return new Name(instance.service(), instance.id());
    }
  }

  RegistryEngine(Engine engine, BackendProvider provider, Runnable releaseThreads) {
    this.engine = engine;
    this.settings = new SettingsViews(engine);
    this.releaseThreads = releaseThreads;
    Backend backend = provider.connect(engine.config, this);
    engine.use(backend);
    engine.loop.schedule(TICK, this::tick);
  }

  private void tick() {
    engine.loop.schedule(TICK, this::tick);
    views.values().forEach(ServiceView::tick);
    settings.tick();
  }

  @Override
  public EventLoop loop() {
    return engine.loop;
  }

  @Override
  public String label() {
    return engine.label;
  }

  @Override
  public void reachable() {
    engine.onLoop(
        () -> {
          views.values().forEach(ServiceView::hurry);
          settings.hurry();
          unsettled.forEach(RegistrationTask::hurry);
        });
  }

  @Override
  public Registration register(ServiceInstance instance) {
    return register(instance, engine.config.ttl());
  }

  @Override
  public Registration register(ServiceInstance instance, Duration ttl) {
    checkOpen();
    Setting.checkDuration("ttl", ttl);
    checkEncodable(instance);
    Name name = Name.of(instance);
    LocalRegistration registration = new LocalRegistration(this, engine, instance, ttl);
    if (open.putIfAbsent(name, registration) != null) {
      throw new IllegalStateException(
          Names.escape(name.service + "/" + name.id)
              + " is registered here already (expected: one open registration; update or close that one)");
    }
    engine.loop.execute(() -> start(name, registration));
    if (closing.get()) {
      registration.beginClose();
      checkOpen();
    }
    return registration;
  }

  private void start(Name name, LocalRegistration registration) {
    if (down) {
      registration.task().abandon();
      return;
    }
    LocalRegistration predecessor = present.put(name, registration);
    unsettled.add(registration.task());
    registration
        .task()
        .whenSettled(
            () -> {
              unsettled.remove(registration.task());
              present.remove(name, registration);
            });
    if (predecessor == null) {
      registration.task().start();
    } else {
      predecessor.task().whenSettled(() -> registration.task().start());
      predecessor.task().retryNow();
    }
  }

  /** Frees the name for the next registration. */
  void closing(LocalRegistration registration) {
    open.remove(Name.of(registration.instance()), registration);
  }

  void checkEncodable(ServiceInstance instance) {
    int size = engine.codec.encode(instance, engine.clock.instant()).length;
    if (size > InstanceCodec.MAX_WRITTEN) {
      throw new IllegalArgumentException(
          "metadata: the record takes "
              + size
              + " bytes (expected: at most "
              + InstanceCodec.MAX_WRITTEN
              + ")");
    }
  }

  @Override
  public Watcher watch(String service, Watcher.Listener listener) {
    checkOpen();
    Names.check("service", service);
    Objects.requireNonNull(listener, "listener");
    LocalWatcher watcher = new LocalWatcher(engine, service, listener, this::refresh, this::forget);
    watchers.add(watcher);
    engine.loop.execute(
        () -> {
          if (!down && watchers.contains(watcher)) {
            views.computeIfAbsent(service, name -> new ServiceView(engine, name)).add(watcher);
          }
        });
    if (closing.get()) {
      watcher.close();
      checkOpen();
    }
    return watcher;
  }

  private void refresh(LocalWatcher watcher) {
    engine.loop.execute(
        () -> Optional.ofNullable(views.get(watcher.service())).ifPresent(ServiceView::refresh));
  }

  private void forget(LocalWatcher watcher) {
    watchers.remove(watcher);
    engine.loop.execute(
        () -> {
          ServiceView view = views.get(watcher.service());
          if (view != null && view.remove(watcher)) {
            views.remove(watcher.service());
            view.close();
          }
        });
  }

  @Override
  public SettingsWatcher watchSettings(String service, Consumer<Map<String, String>> listener) {
    checkOpen();
    Names.check("service", service);
    Objects.requireNonNull(listener, "listener");
    SettingsWatcher watcher = settings.watch(service, listener);
    if (closing.get()) {
      watcher.close();
      checkOpen();
    }
    return watcher;
  }

  @Override
  public Snapshot list(String service, Duration timeout) {
    checkOpen();
    Names.check("service", service);
    String segment = Names.encode(service);
    return decode(
        service,
        read(
            () -> engine.backend().list(segment),
            timeout,
            "service '" + Names.escape(service) + "'"));
  }

  private Snapshot decode(String service, Listing listing) {
    List<Entry> entries = listing.entries();
    if (entries.size() > engine.config.maxInstances()) {
      throw Contents.tooMany(engine, service, entries.size());
    }
    Twins twins = new Twins();
    Map<String, ServiceInstance> instances = new TreeMap<>();
    for (Decoded record : engine.decoder(service).decode(entries)) {
      String id = record.id();
      String segment = record.entry().id();
      if (record.instance().isPresent()) {
        twins
            .put(segment, id, record.instance(), Optional.ofNullable(instances.get(id)))
            .ifPresent(meant -> instances.put(id, meant));
      }
      record.failure().ifPresent(failure -> leftOut(service, segment, failure));
    }
    return new Snapshot(service, 0, new ArrayList<>(instances.values()));
  }

  private void leftOut(String service, String segment, BadRecordException failure) {
    engine.counters.badRecords.increment();
    Engine.LOG.log(
        Level.DEBUG,
        () ->
            "left out of a list: "
                + Names.escape(service + "/" + segment)
                + ": "
                + failure.getMessage());
  }

  @Override
  public Set<String> services(Duration timeout) {
    checkOpen();
    return names(read(() -> engine.backend().services(), timeout, "services"));
  }

  private static Set<String> names(Set<String> segments) {
    SortedSet<String> names = new TreeSet<>();
    segments.forEach(segment -> names.add(Names.decode(segment)));
    return Collections.unmodifiableSortedSet(names);
  }

  private <T> T read(Supplier<CompletionStage<T>> attempt, Duration timeout, String what) {
    CompletableFuture<T> result = new CompletableFuture<>();
    engine.loop.execute(
        () -> {
          if (!down) {
            engine.attempt(
                attempt,
                (value, failure) -> {
                  if (failure == null) {
                    result.complete(value);
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
          }
        });
    // Who comes too late is not answered, so the end of the registry ends the wait too.
    Await.result(
        engine.waiting,
        CompletableFuture.anyOf(result, ended),
        timeout,
        () -> new DiscoveryException(Reason.TIMEOUT, what + " not read within " + timeout));
    return result.join();
  }

  @Override
  public RegistryStats stats() {
    return engine.counters.read();
  }

  private void checkOpen() {
    if (closing.get()) {
      throw new IllegalStateException(
          "the registry " + engine.label + " is closed (expected: an open registry)");
    }
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      Await.quietly(engine, ended, Duration.ofSeconds(5));
      return;
    }
    watchers.forEach(LocalWatcher::end);
    settings.end();
    List<LocalRegistration> leaving = new ArrayList<>(open.values());
    leaving.forEach(LocalRegistration::beginClose);
    CompletableFuture<CompletableFuture<Void>> released = new CompletableFuture<>();
    engine.loop.execute(() -> released.complete(CompletableFuture.allOf(settling())));
    Await.quietly(
        engine, released.thenCompose(all -> all), min(engine.config.closeTimeout(), RELEASE));
    CompletableFuture<Void> shutdown = new CompletableFuture<>();
    engine.loop.execute(
        () -> {
          down = true;
          views.values().forEach(ServiceView::close);
          views.clear();
          settings.close();
          unsettled.forEach(RegistrationTask::abandon);
          engine.attempt(engine.backend()::shutdown, (done, failure) -> shutdown.complete(null));
        });
    Await.quietly(engine, shutdown, SHUTDOWN);
    engine.close();
    releaseThreads.run();
    ended.completeExceptionally(
        new IllegalStateException("the registry " + engine.label + " was closed meanwhile"));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private CompletableFuture<?>[] settling() {
    return unsettled.stream().map(RegistrationTask::settled).toArray(CompletableFuture<?>[]::new);
  }

  @Override
  public String toString() {
    return engine.label + (closing.get() ? " (closed)" : "");
  }
}
