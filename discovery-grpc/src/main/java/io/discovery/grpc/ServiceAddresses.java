package io.discovery.grpc;

import io.discovery.DiscoveryException;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.SettingsWatcher;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.grpc.Shared.Lease;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver.ConfigOrError;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One service as gRPC sees it, shared by all channels to it: one watch, one cache of hosts, and for
 * each instance one address group that stays the same object while the instance does.
 *
 * <p>Safe for any thread. Events only signal the users, who fetch the newest when they are ready,
 * so that a burst of events costs few computations. Once the service is known, faults of the
 * registry change nothing here. A watch that begins while the store cannot be asked has what was
 * known last before it, until the registry says otherwise, "nobody" included.
 */
final class ServiceAddresses implements AutoCloseable {
  /** The name of the setting that holds a service config. */
  private static final String SERVICE_CONFIG = "grpc";

  // Stand for the sequence of a snapshot, which is never negative.
  private static final long NOTHING = -1;
  private static final long BEFORE = -2; // what was known before this watch

  private static final Duration SETTINGS_WITHIN = Duration.ofSeconds(1);

  /** A thread of our own: whoever calls may block all of the common pool. */
  private static final ScheduledExecutorService TIMER = timer();

  private final Lease<Registry> registry;
  private final String service;
  private final Addressing addressing;
  private final LastKnown lastKnown;
  private final HostNames hosts;
  private final List<Runnable> users = new CopyOnWriteArrayList<>();
  private final Watcher watcher;
  private final Supplier<SettingsWatcher> watchSettings;
  private Optional<SettingsWatcher> settings = Optional.empty(); // guarded by this
  private boolean settingsAwaited; // or have been; guarded by this
  private long settingsAwaitedUntil; // guarded by this
  private boolean closed; // guarded by this
  private volatile boolean hostsChanged;
  private Resolution resolution = new Resolution.Pending(); // guarded by this
  private long sequence = NOTHING; // of the snapshot that resolution was made of; guarded by this
  private Map<String, Group> groups = Map.of(); // by id; guarded by this

  /**
   * Begins to watch.
   *
   * @param registry given back at the end
   * @param lastKnown told what is known; asked when the registry cannot be
   * @param hosts makes the cache, given what to call when there is news
   */
  ServiceAddresses(
      Lease<Registry> registry,
      String service,
      Addressing addressing,
      LastKnown lastKnown,
      Function<Runnable, HostNames> hosts) {
    this.registry = registry;
    this.service = Percent.encode(service);
    this.addressing = addressing;
    this.lastKnown = lastKnown;
    this.hosts = hosts.apply(this::hostsChanged);
    this.watchSettings = () -> registry.value().watchSettings(service, changed -> signal());
    this.watcher =
        registry
            .value()
            .watch(
                service,
                new Watcher.Listener() {
                  @Override
                  public void onSnapshot(Snapshot snapshot) {
                    lastKnown.rememberInstances(snapshot.instances());
                    signal();
                  }

                  @Override
                  public void onStatus(Watcher.Status status) {
                    signal();
                  }
                });
  }

  /**
   * What was made of an instance whose host has these addresses; nothing if there are none.
   *
   * @param failure why it is left out, if the way to dial it is to blame
   */
  private record Group(
      ServiceInstance instance,
      List<InetAddress> host,
      Optional<EquivalentAddressGroup> group,
      Optional<Throwable> failure) {
    boolean fits(ServiceInstance instance, List<InetAddress> host) {
      return this.instance.equals(instance) && this.host.equals(host) && !isToBeTriedAgain();
    }

    /** An Error says something of the process, such as a lack of memory, and may pass. */
    boolean isToBeTriedAgain() {
      return failure.filter(Error.class::isInstance).isPresent();
    }
  }

  /**
   * Adds a user to be signalled, on any thread, whenever {@link #resolution} may have changed; it
   * must be quick.
   */
  void add(Runnable user) {
    users.add(user);
  }

  void remove(Runnable user) {
    users.remove(user);
  }

  /** Hints that registry and hosts may have news. Both bound how often they look. */
  void refresh() {
    watcher.refresh();
    hosts.refresh();
  }

  /**
   * Tells whether a channel that comes later is served well by what is known here. If that is
   * "nobody", a watch of its own is better: it begins with a fresh read, which shows whoever was
   * registered before the channel was built (rule 3.2).
   */
  boolean isWorthJoining() {
    return watcher.status().phase() != Watcher.Phase.CLOSED
        && watcher.current().filter(known -> known.instances().isEmpty()).isEmpty();
  }

  @Override
  public void close() {
    watcher.close();
    Optional<SettingsWatcher> following;
    synchronized (this) {
      closed = true;
      following = settings;
    }
    following.ifPresent(SettingsWatcher::close); // waits for a listener, so under no lock
    hosts.close();
    registry.close();
  }

  /**
   * Returns what a channel is to use of the service config that operators have published; empty for
   * its own. Begins to follow them with the first call.
   */
  Optional<ConfigOrError> serviceConfig(PublishedConfig published) {
    return settings()
        .map(all -> published.of(Optional.ofNullable(all.get(SERVICE_CONFIG)), lastKnown))
        .orElseGet(() -> published.ofLast(lastKnown));
  }

  private synchronized Optional<Map<String, String>> settings() {
    if (settings.isEmpty() && !closed) {
      settings = Optional.of(watchSettings.get());
    }
    return settings.flatMap(SettingsWatcher::current);
  }

  /**
   * Tells whether a first answer should wait a moment, lest a channel begins without the service
   * config that comes right behind, and with the wrong policy. The moment begins when the answer is
   * there, however long an outage lasted before. What is known from before the watch waits for
   * nothing: the service config is known from there too.
   */
  synchronized boolean isConfigAwaited() {
    if (watcher.current().isEmpty() || settings().isPresent() || closed) {
      return false;
    }
    if (!settingsAwaited) {
      settingsAwaited = true;
      settingsAwaitedUntil = System.nanoTime() + SETTINGS_WITHIN.toNanos();
      var unused = TIMER.schedule(this::signal, SETTINGS_WITHIN.toNanos(), TimeUnit.NANOSECONDS);
    }
    return System.nanoTime() - settingsAwaitedUntil < 0;
  }

  /** Returns how far that can be trusted. */
  Watcher.Status status() {
    return watcher.status();
  }

  /** Returns what is known now. Never waits for the network. */
  synchronized Resolution resolution() {
    Optional<Snapshot> known = watcher.current();
    if (known.isPresent()) {
      return resolution(known.get().sequence(), known.get().instances());
    }
    Optional<DiscoveryException> cause = watcher.status().cause();
    if (cause.isEmpty()) {
      return new Resolution.Pending();
    }
    List<ServiceInstance> before = lastKnown.instances();
    return before.isEmpty()
        ? failed(cause.get().getMessage(), cause.get())
        : resolution(BEFORE, before);
  }

  private Resolution resolution(long newest, List<ServiceInstance> instances) {
    // Not by a signal: the watcher knows a little earlier than it calls its listener.
    if (newest != sequence || hostsChanged) {
      sequence = NOTHING; // stays if this ends in an Error
      hostsChanged = false; // first, so that what changes meanwhile is not missed
      resolution = resolve(instances);
      sequence = groups.values().stream().anyMatch(Group::isToBeTriedAgain) ? NOTHING : newest;
    }
    return resolution;
  }

  private void signal() {
    users.forEach(Runnable::run);
  }

  private void hostsChanged() {
    hostsChanged = true;
    signal();
  }

  private Resolution resolve(List<ServiceInstance> instances) {
    Map<String, Group> next = new HashMap<>();
    List<EquivalentAddressGroup> found = new ArrayList<>(instances.size());
    Complaints complaints = new Complaints(service);
    boolean waiting = false;
    hosts.retain(instances.stream().map(ServiceInstance::host).collect(Collectors.toSet()));
    for (ServiceInstance instance : instances) {
      HostNames.Answer host =
          addressing.looksUpHost(instance)
              ? hosts.answer(instance.host())
              : HostNames.Answer.NOT_ASKED;
      Group group = groups.get(instance.id());
      if (group == null || !group.fits(instance, host.addresses())) {
        boolean again = group != null && group.failure.isPresent();
        group = group(instance, host.addresses());
        group.failure.ifPresent(why -> complaints.add(instance, why, again));
      }
      next.put(instance.id(), group);
      group.group.ifPresent(found::add);
      waiting |= host.isAwaited();
    }
    complaints.end();
    groups = next;
    if (!found.isEmpty()) {
      return new Resolution.Found(found);
    }
    if (instances.isEmpty()) {
      return new Resolution.Empty("no instances of " + service + " in " + registry.value());
    }
    if (waiting) {
      return new Resolution.Pending();
    }
    return instances.stream().anyMatch(addressing::looksUpHost)
        ? failed("none of the hosts of its instances has an address: " + some(instances), null)
        : failed(
            "this channel can dial none of its instances; see the log",
            next.get(instances.get(0).id()).failure.orElse(null));
  }

  private Group group(ServiceInstance instance, List<InetAddress> host) {
    Addressing.Dialled dialled = addressing.of(instance, host);
    List<SocketAddress> addresses = dialled.addresses();
    Attributes attributes =
        Attributes.newBuilder().set(DiscoveryNameResolverProvider.INSTANCE, instance).build();
    return new Group(
        instance,
        host,
        addresses.isEmpty()
            ? Optional.empty()
            : Optional.of(new EquivalentAddressGroup(addresses, attributes)),
        dialled.failure());
  }

  private Resolution failed(String why, Throwable cause) {
    return new Resolution.Failed(
        "cannot find " + service + " in " + registry.value() + ": " + why,
        Optional.ofNullable(cause));
  }

  private static String some(List<ServiceInstance> instances) {
    return instances.stream()
        .limit(3)
        .map(instance -> Percent.encode(instance.host()))
        .collect(Collectors.joining(", "));
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "discovery-grpc-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }
}
