package io.discovery;

import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A watcher as its application sees it; compares everything it shows with the truth. */
final class SimWatch implements Watcher.Listener {
  private static final long SECOND = 1_000_000_000;
  static final long GRACE = 30 * SECOND;

  /** Bound of rule 3.9. */
  static final long DETECTION = 5 * SECOND;

  /** How often the age of a view is looked at. */
  private static final long INTERVAL = SECOND / 4;

  private final SimProcess process;
  private final SimStore store;
  private final SimOracles oracles;
  private final SimClock clock;
  private final String service;
  private final long since;
  private final Runnable guest; // what the listener does besides
  private final Map<String, Integer> shown = new HashMap<>(); // by id, the state that it shows
  private Watcher watcher; // null while it is being made
  private Optional<Snapshot> told = Optional.empty();
  private Status toldStatus;
  private Optional<Snapshot> seen = Optional.empty();
  private Status seenStatus;
  private boolean everStale;
  private boolean closed;
  private boolean
      gone; // a callback that was under way when its process was killed may seem to go on
  private boolean inCallback;
  private long lookedAt;

  SimWatch(SimProcess process, String service, Runnable guest) {
    this.process = process;
    this.store = process.run().store;
    this.oracles = process.run().oracles;
    this.clock = process.run().clock;
    this.service = service;
    this.guest = guest;
    this.since = clock.now();
  }

  void use(Watcher made) {
    watcher = made;
  }

  Watcher watcher() {
    return watcher;
  }

  boolean closed() {
    return closed;
  }

  void close() {
    watcher.close();
    closed = true;
  }

  /** The process is gone. */
  void forget(boolean killed) {
    closed = true;
    gone = killed;
  }

  private void enter(String what) {
    oracles.check(!closed || gone, SimOracle.QUIET, () -> this + ": " + what + " after close");
    oracles.check(!inCallback, SimOracle.QUIET, () -> this + ": callbacks overlap");
    inCallback = true;
  }

  @Override
  public void onSnapshot(Snapshot next) {
    oracles.trace(() -> this + ": " + describe(next));
    enter("a snapshot");
    checkNews(next);
    for (SimKey key : store.keys(service)) {
      checkStep(key, next.instance(key.id).orElse(null));
    }
    for (ServiceInstance instance : next.instances()) {
      oracles.check(
          shown.containsKey(instance.id()),
          SimOracle.NO_INVENTION,
          () -> this + ": shows " + instance.id() + ", which never was");
    }
    told = Optional.of(next);
    try {
      guest.run();
    } finally {
      inCallback = false;
    }
  }

  @Override
  public void onStatus(Status status) {
    oracles.trace(() -> this + ": " + status.phase());
    enter("a status");
    oracles.check(
        !status.equals(toldStatus), SimOracle.EXACT_NEWS, () -> this + ": the same status twice");
    oracles.check(
        status.phase() != Phase.CURRENT || told.isPresent(),
        SimOracle.HONEST_STATUS,
        () -> this + ": CURRENT before the first set");
    oracles.check(
        told.isPresent() || status.phase() == Phase.CONNECTING,
        SimOracle.HONEST_STATUS,
        () -> this + ": " + status.phase() + " before the first set");
    toldStatus = status;
    inCallback = false;
  }

  /** Sequence, order, difference. */
  private void checkNews(Snapshot next) {
    if (told.isEmpty()) {
      return;
    }
    Snapshot before = told.get();
    oracles.check(
        next.sequence() > before.sequence() && !next.instances().equals(before.instances()),
        SimOracle.EXACT_NEWS,
        () -> this + ": no news: " + describe(before) + " then " + describe(next));
    Map<String, ServiceInstance> patched = new TreeMap<>();
    before.instances().forEach(instance -> patched.put(instance.id(), instance));
    for (Change change : next.changesSince(before)) {
      if (change instanceof Change.Removed) {
        patched.remove(change.instance().id());
      } else {
        patched.put(change.instance().id(), change.instance());
      }
    }
    oracles.check(
        new ArrayList<>(patched.values()).equals(next.instances()),
        SimOracle.EXACT_NEWS,
        () -> this + ": the changes are not the difference");
  }

  /** Moves from the state that was shown of one key to the next that fits. */
  private void checkStep(SimKey key, ServiceInstance now) {
    Integer before = shown.get(key.id);
    if (before == null) {
      checkFirst(key, now);
    } else if (!key.at(before).shows(now)) {
      for (int i = before + 1; i < key.size(); i++) {
        if (key.at(i).shows(now) && !key.at(i).garbage() && !isHeld(key.at(i))) {
          shown.put(key.id, i);
          return;
        }
      }
      accuse(key, before, now);
    }
  }

  /** Tells whether this absence is one that may not be shown yet. */
  private boolean isHeld(SimKey.State state) {
    return state.absent()
        && state.cause() == SimKey.Cause.LOST_DATA
        && store.tellsResets()
        && clock.now() < state.since() + GRACE;
  }

  private void accuse(SimKey key, int before, ServiceInstance now) {
    SimOracle oracle =
        now == null
            ? key.lostSince(clock.now() - GRACE) ? SimOracle.RESET_GRACE : SimOracle.LAST_KNOWN_GOOD
            : key.everShowed(now, before) ? SimOracle.NO_RESURRECTION : SimOracle.NO_INVENTION;
    oracles.violated(
        oracle,
        () ->
            this
                + ": "
                + key.id
                + " goes from "
                + SimStore.describe(key.at(before))
                + (now == null ? " to nothing" : " to " + now.metadata())
                + ", the store has "
                + SimStore.describe(key.now()),
        null);
  }

  private void checkFirst(SimKey key, ServiceInstance now) {
    int least = everStale || process.holdsLost() ? 0 : key.asOf(since - 1).index();
    for (int i = least; i < key.size(); i++) {
      if (fits(key, i, now)) {
        shown.put(key.id, firstShowing(key, i, now));
        return;
      }
    }
    oracles.violated(
        key.everShowed(now, key.size() - 1) ? SimOracle.FRESH_START : SimOracle.NO_INVENTION,
        () ->
            this
                + ": begins with "
                + key.id
                + " as "
                + (now == null ? "nothing" : now.metadata())
                + ", the store has "
                + SimStore.describe(key.now()),
        null);
  }

  /** Of a record gone bad, a state that it may have kept. */
  private static int firstShowing(SimKey key, int index, ServiceInstance now) {
    int first = key.at(index).shows(now) ? index : 0;
    while (!key.at(first).shows(now)) {
      first++;
    }
    return first;
  }

  /** Tells whether a view may show this in that state: of garbage the last good value. */
  private static boolean fits(SimKey key, int index, ServiceInstance now) {
    return key.at(index).shows(now) || (key.at(index).garbage() && key.everShowed(now, index));
  }

  /** Looks at what may be polled, after each task of the loop. */
  void look() {
    if (closed) {
      return;
    }
    Optional<Snapshot> current = watcher.current();
    Status status = watcher.status();
    if (current.equals(seen) && status.equals(seenStatus) && clock.now() - lookedAt < INTERVAL) {
      return;
    }
    everStale |= status.phase() == Phase.STALE;
    oracles.check(
        seenStatus == null
            || seenStatus.phase() != Phase.STALE
            || status.phase() != Phase.STALE
            || seen.isEmpty()
            || current.equals(seen),
        SimOracle.LAST_KNOWN_GOOD,
        () -> this + ": changed while STALE");
    lookedAt = clock.now();
    seen = current;
    seenStatus = status;
    if (status.phase() == Phase.CURRENT && !process.isExcused()) {
      checkAge(current.orElseThrow());
    }
  }

  private void checkAge(Snapshot current) {
    long oldest = clock.now() - DETECTION - process.listingAge();
    for (SimKey key : store.keys(service)) {
      ServiceInstance now = current.instance(key.id).orElse(null);
      boolean fits = false;
      for (int i = key.asOf(oldest).index(); i < key.size() && !fits; i++) {
        fits = fits(key, i, now);
      }
      oracles.check(
          fits,
          SimOracle.HONEST_STATUS,
          () ->
              this
                  + ": CURRENT, but "
                  + key.id
                  + " is older than the detection bound: "
                  + describe(current)
                  + ", the store has "
                  + SimStore.describe(key.now()));
    }
  }

  /** Returns why this does not show the truth, or null. */
  String lacks() {
    if (closed) {
      return null;
    }
    if (watcher.status().phase() != Phase.CURRENT) {
      return this + ": " + watcher.status().phase();
    }
    Optional<Snapshot> current = watcher.current();
    if (told.isEmpty() || !told.get().instances().equals(current.orElseThrow().instances())) {
      return this + ": the listener was not told the newest set";
    }
    if (toldStatus == null || toldStatus.phase() != Phase.CURRENT) {
      return this + ": the listener was not told the newest status";
    }
    for (SimKey key : store.keys(service)) {
      ServiceInstance now = current.get().instance(key.id).orElse(null);
      if (!fits(key, key.size() - 1, now)) {
        return this
            + ": "
            + describe(current.get())
            + ", the store has "
            + key.id
            + " "
            + SimStore.describe(key.now());
      }
    }
    return null;
  }

  static String describe(Snapshot snapshot) {
    List<String> all = new ArrayList<>();
    snapshot.instances().forEach(i -> all.add(i.id() + "=" + i.port() + i.metadata()));
    return "#" + snapshot.sequence() + " " + all;
  }

  @Override
  public String toString() {
    return process + " watch of " + service;
  }
}
