package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a view shows: the decoded instances of one service, sorted by id. Turns complete reads and
 * changes into the next list, and tells whether it differs. Keeps the last good value of a record
 * gone bad (rule 3.13) and, after the store lost its data, the instances that may yet come back
 * (rule 3.12). For the event loop.
 */
final class Contents {
  private static final Duration LEAST_GRACE = Duration.ofSeconds(30);
  private static final long UNKNOWN = 0; // of a revision

  private final Engine engine;
  private final String service;
  private final Warnings warnings;
  private final Duration grace;
  private final Decoder decoder;
  private Twins twins = new Twins();
  private final Map<String, Long> held = new HashMap<>(); // id → when it goes, in loop time
  private Instances shown = Instances.NONE;
  private Optional<Listing> position = Optional.empty(); // of the last listing, without its entries
  private long revision;

  Contents(Engine engine, String service) {
    this.engine = engine;
    this.service = service;
    this.warnings = new Warnings(engine.loop);
    this.decoder = engine.decoder(service);
    Duration ttl = engine.config.ttl();
    this.grace = ttl.compareTo(LEAST_GRACE) > 0 ? ttl : LEAST_GRACE;
  }

  Instances shown() {
    return shown;
  }

  /** Takes some of the complete read that may come. */
  void prepare(List<Entry> part) {
    decoder.prepare(part);
  }

  /** That read will not come. */
  void forgetPart() {
    decoder.forget();
  }

  /** Takes a complete read; returns whether what is shown changed. */
  boolean apply(Listing listing) {
    List<Decoded> records = decoder.decode(listing.entries()); // before anything has changed
    boolean reset = position.isPresent() && isReset(position.get(), listing);
    if (reset) {
      engine.counters.resets.increment();
      Engine.LOG.log(
          Level.WARNING,
          "service {0}: the store lost its data; instances that do not come back within {1} will go",
          Names.escape(service),
          grace);
    }
    position = Optional.of(new Listing(listing.store(), listing.revision(), List.of()));
    if (listing.revision() != UNKNOWN) {
      revision = listing.revision();
    }
    Map<String, ServiceInstance> before = byId();
    Map<String, ServiceInstance> next = new LinkedHashMap<>(listing.entries().size() * 2);
    Twins anew = new Twins();
    for (Decoded record : records) {
      String id = record.id();
      String segment = record.entry().id();
      Optional<ServiceInstance> known = Optional.ofNullable(before.get(id));
      Optional<ServiceInstance> value =
          instance(record)
              .map(instance -> same(known, instance))
              .or(() -> twins.lastGood(segment, id, known));
      anew.put(segment, id, value, Optional.ofNullable(next.get(id)))
          .ifPresent(instance -> next.put(id, instance));
    }
    twins = anew;
    long now = engine.loop.nanoTime();
    held.keySet().removeAll(next.keySet());
    held.values().removeIf(until -> until - now <= 0);
    for (ServiceInstance instance : shown) {
      if (reset && !next.containsKey(instance.id())) {
        held.putIfAbsent(instance.id(), now + grace.toNanos());
      }
      if (held.containsKey(instance.id())) {
        next.put(instance.id(), instance);
      }
    }
    return show(Instances.sorted(next.values()));
  }

  /** Takes changes; returns whether what is shown changed. */
  boolean apply(Delta delta) {
    revision = Math.max(revision, delta.revision());
    SortedMap<String, Optional<ServiceInstance>> changes = new TreeMap<>();
    for (String segment : delta.removes()) {
      String id = Names.decode(segment);
      Optional<ServiceInstance> before = present(id, changes);
      Optional<ServiceInstance> after = twins.remove(segment, id, before);
      if (!after.equals(before)) {
        changes.put(id, after);
      }
    }
    for (Entry entry : delta.puts()) {
      Decoded record = decoder.decode(entry);
      String id = record.id();
      Optional<ServiceInstance> before = present(id, changes);
      // Its key exists again, whatever is in it (rule 3.13); which of its two keys, is open.
      boolean wasHeld = held.remove(id) != null;
      Optional<ServiceInstance> value =
          instance(record).or(() -> wasHeld ? before : twins.lastGood(entry.id(), id, before));
      changes.put(id, twins.put(entry.id(), id, value, wasHeld ? Optional.empty() : before));
    }
    held.keySet().removeAll(changes.keySet());
    return show(shown.with(changes));
  }

  /** More instances than are believed: keep the last good view and say so (rule 7.5). */
  static DiscoveryException tooMany(Engine engine, String service, int count) {
    return new DiscoveryException(
        Reason.REJECTED,
        "service '"
            + Names.escape(service)
            + "' has "
            + count
            + " instances (expected: at most "
            + engine.config.maxInstances()
            + "; raise 'max-instances' if that is no mistake)");
  }

  /** Returns how many instances there are in the store; those that may yet come back are not. */
  int size() {
    return shown.size() - held.size();
  }

  /** Returns how many there would be after these changes, at the most. */
  int sizeAfter(Delta delta) {
    long added = delta.puts().stream().filter(entry -> !isStored(entry.id())).count();
    long removed = delta.removes().stream().filter(this::isStored).count();
    return (int) (size() + added - removed);
  }

  private boolean isStored(String segment) {
    String id = Names.decode(segment);
    return shown.find(id).isPresent() && !held.containsKey(id);
  }

  private Optional<ServiceInstance> present(
      String id, Map<String, Optional<ServiceInstance>> changes) {
    return changes.containsKey(id) ? changes.get(id) : shown.find(id);
  }

  /** Lets go of what did not come back in time; returns whether what is shown changed. */
  boolean dropOverdue() {
    long now = engine.loop.nanoTime();
    SortedMap<String, Optional<ServiceInstance>> overdue = new TreeMap<>();
    held.forEach(
        (id, until) -> {
          if (until - now <= 0) {
            overdue.put(id, Optional.empty());
          }
        });
    held.keySet().removeAll(overdue.keySet());
    return show(shown.with(overdue));
  }

  /** Returns how long until {@link #dropOverdue} has something to do. */
  Optional<Duration> untilOverdue() {
    long now = engine.loop.nanoTime();
    return held.values().stream()
        .map(until -> Duration.ofNanos(Math.max(0, until - now)))
        .min(Duration::compareTo);
  }

  private boolean isReset(Listing last, Listing next) {
    boolean replaced = !last.store().isEmpty() && !last.store().equals(next.store());
    return replaced || (next.revision() != UNKNOWN && next.revision() < revision);
  }

  private boolean show(Instances next) {
    boolean changed = !next.equals(shown);
    if (changed) {
      shown = next;
    }
    return changed;
  }

  private Map<String, ServiceInstance> byId() {
    Map<String, ServiceInstance> map = new HashMap<>(shown.size() * 2);
    shown.forEach(instance -> map.put(instance.id(), instance));
    return map;
  }

  /** Keeps the object of an unchanged instance, so that those who cache by identity stay warm. */
  private static ServiceInstance same(Optional<ServiceInstance> before, ServiceInstance after) {
    return before.filter(after::equals).orElse(after);
  }

  /** Says so, if it is none. */
  private Optional<ServiceInstance> instance(Decoded record) {
    record
        .failure()
        .ifPresent(
            failure -> {
              engine.counters.badRecords.increment();
              warnings.warn(
                  () ->
                      "record "
                          + Names.escape(service)
                          + "/"
                          + Names.escape(record.entry().id())
                          + " is no instance: "
                          + failure.getMessage());
            });
    return record.instance();
  }
}
