package io.discovery;

import io.discovery.SimKey.Cause;
import io.discovery.SimKey.State;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The simulated store: atomic, in order, and never wrong, as the servers behind real backends. What
 * goes wrong happens on the way to it, or to it as a whole: it can lose its data and be restored.
 */
final class SimStore {
  private static final long REVISIONS_APART = 1_000_000;

  private final SimClock clock;
  private final SimOracles oracles;
  private final SimKnobs knobs;
  private final InstanceCodec codec = Codecs.named("etcd-naming");
  private final TreeMap<String, TreeMap<String, SimKey>> keys = new TreeMap<>();
  private final List<SimSubscription> followers = new ArrayList<>();
  private long revision = 100 * REVISIONS_APART;
  private int dataSet;
  private boolean strict = true;

  SimStore(SimClock clock, SimOracles oracles, SimKnobs knobs) {
    this.clock = clock;
    this.oracles = oracles;
    this.knobs = knobs;
  }

  /** Returns the key, which may have no record; names as applications know them. */
  SimKey key(String service, String id) {
    return keys.computeIfAbsent(service, name -> new TreeMap<>())
        .computeIfAbsent(id, name -> new SimKey(service, name));
  }

  Collection<SimKey> keys(String service) {
    TreeMap<String, SimKey> found = keys.get(service);
    return found == null ? List.of() : found.values();
  }

  List<SimKey> all() {
    return keys.values().stream().flatMap(ids -> ids.values().stream()).toList();
  }

  void put(SimKey key, byte[] value, SimLease lease, Cause cause) {
    change(key, value, lease, cause);
  }

  void remove(SimKey key, Cause cause) {
    if (!key.now().absent()) {
      change(key, null, null, cause);
    }
  }

  private void change(SimKey key, byte[] value, SimLease lease, Cause cause) {
    revision++;
    SimLease before = key.now().lease();
    State state = key.become(clock.now(), value, decode(key, value), cause, lease);
    oracles.trace(() -> "store: " + key + " " + cause + " " + describe(state));
    for (SimSubscription follower : List.copyOf(followers)) {
      if (follower.service().equals(key.service)) {
        follower.changed(key, state);
      }
    }
    if (before != null && before != lease) {
      before.handle.disturbed();
    } else if (cause == Cause.OPERATOR && before != null) {
      before.handle.disturbed();
    }
  }

  static String describe(State state) {
    return state.absent()
        ? "-"
        : state.garbage()
            ? "garbage"
            : state.instance().authority() + " " + state.instance().metadata();
  }

  private ServiceInstance decode(SimKey key, byte[] value) {
    if (value == null) {
      return null;
    }
    try {
      return codec.decode(key.service, key.id, value);
    } catch (BadRecordException garbage) {
      return null;
    }
  }

  byte[] encode(ServiceInstance instance) {
    return codec.encode(instance, clock.instant());
  }

  /** Loses all data. Whoever follows is cut off: the servers were replaced. */
  void wipe() {
    replace(Optional.empty());
  }

  /** Goes back to what was there at that moment, leases included. */
  void restore(long time) {
    replace(Optional.of(time));
  }

  private void replace(Optional<Long> time) {
    dataSet++;
    revision = (100 - dataSet) * REVISIONS_APART;
    List.copyOf(followers).forEach(SimSubscription::cutOff);
    List<State> then = all().stream().map(key -> time.map(key::asOf).orElse(key.at(0))).toList();
    for (SimKey key : all()) {
      if (key.now().lease() != null) {
        key.now().lease().set(false);
      }
    }
    List<SimKey> all = all();
    for (int i = 0; i < all.size(); i++) {
      SimKey key = all.get(i);
      State state = then.get(i);
      if (state.value() != key.now().value() || state.lease() != key.now().lease()) {
        State next =
            key.become(
                clock.now(), state.value(), state.instance(), Cause.LOST_DATA, state.lease());
        oracles.trace(() -> "store: " + key + " LOST_DATA " + describe(next));
      }
      if (state.lease() != null) {
        state.lease().set(true);
      }
    }
  }

  void follow(SimSubscription follower) {
    followers.add(follower);
  }

  void unfollow(SimSubscription follower) {
    followers.remove(follower);
  }

  /** Tells whether large records are refused. */
  boolean isStrict() {
    return strict;
  }

  void acceptAll() {
    strict = false;
  }

  boolean tellsResets() {
    return knobs.tellsResets();
  }

  long revision() {
    return knobs.revisions() ? revision : 0;
  }

  String identity() {
    return knobs.identity() ? "data-" + dataSet : "";
  }

  Listing list(String service) {
    List<Entry> entries = new ArrayList<>();
    for (SimKey key : keys(service)) {
      if (!key.now().absent()) {
        entries.add(new Entry(Names.encode(key.id), key.now().value()));
      }
    }
    return new Listing(identity(), revision(), entries);
  }

  Set<String> services() {
    Set<String> names = new TreeSet<>();
    for (SimKey key : all()) {
      if (!key.now().absent()) {
        names.add(Names.encode(key.service));
      }
    }
    return names;
  }
}
