package io.discovery.tck;

import io.discovery.Change;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Listens to one watcher, keeps its history and checks on the fly what must hold in every test:
 * that callbacks never overlap, sequences grow, no set comes twice in a row, changes are exact,
 * CURRENT comes after its set and nothing comes after close. A breach fails the next wait, and the
 * test at the latest in its end.
 */
final class Recorder implements Watcher.Listener {
  private final String rule;
  private final AtomicReference<Thread> inside = new AtomicReference<>();
  // The rest is guarded by this.
  private final List<String> history = new ArrayList<>();
  private final List<String> breaches = new ArrayList<>();
  private final List<Snapshot> snapshots = new ArrayList<>();
  private final List<Phase> phases = new ArrayList<>();
  private final long start = System.nanoTime();
  private Watcher watcher;
  private boolean closed;
  private long lastSet = start;

  Recorder(String rule) {
    this.rule = rule;
  }

  synchronized void follows(Watcher followed) {
    watcher = followed;
    notifyAll();
  }

  @Override
  public void onSnapshot(Snapshot snapshot) {
    enter(snapshot.toString());
    synchronized (this) {
      if (!snapshots.isEmpty()) {
        checkSuccession(snapshots.get(snapshots.size() - 1), snapshot);
      }
      snapshots.add(snapshot);
      lastSet = System.nanoTime();
      note("snapshot " + snapshot.sequence() + " " + ids(snapshot));
    }
    leave();
  }

  @Override
  public void onStatus(Status status) {
    enter(status.toString());
    synchronized (this) {
      Phase phase = status.phase();
      breach("3.9", phase == Phase.CURRENT && snapshots.isEmpty(), "CURRENT before any snapshot");
      breach(
          "3.1", phase == Phase.CONNECTING && !snapshots.isEmpty(), "CONNECTING after a snapshot");
      phases.add(phase);
      note(phase + status.cause().map(cause -> " because " + cause.getMessage()).orElse(""));
    }
    leave();
  }

  /** Closes the watcher; a callback that begins after that is a breach of rule 3.15. */
  void close() {
    watcher().close();
    synchronized (this) {
      closed = true;
    }
  }

  synchronized Watcher watcher() {
    return watcher;
  }

  /** Returns the set delivered last. */
  synchronized Optional<Snapshot> latest() {
    return snapshots.isEmpty()
        ? Optional.empty()
        : Optional.of(snapshots.get(snapshots.size() - 1));
  }

  /** Returns how many sets were delivered so far: a mark for {@link #since}. */
  synchronized int mark() {
    return snapshots.size();
  }

  /** Returns the changes delivered after a mark, in order; the first set counts from empty. */
  synchronized List<Change> since(int mark) {
    List<Change> changes = new ArrayList<>();
    for (int i = mark; i < snapshots.size(); i++) {
      Snapshot next = snapshots.get(i);
      Snapshot before = i == 0 ? new Snapshot(next.service(), 0, List.of()) : snapshots.get(i - 1);
      changes.addAll(next.changesSince(before));
    }
    return changes;
  }

  /** Returns the phases told so far, in order. */
  synchronized List<Phase> phases() {
    return List.copyOf(phases);
  }

  /** Waits until the last set is exactly this. */
  Snapshot awaitExactly(Duration within, ServiceInstance... instances) {
    List<ServiceInstance> expected = Difference.sorted(instances);
    return await(
        () -> Difference.describe(expected, latest().map(Snapshot::instances).orElse(List.of())),
        within,
        snapshot -> snapshot.instances().equals(expected));
  }

  /** Tells whether the last set becomes exactly this in time. */
  boolean becomes(Duration within, ServiceInstance... instances) {
    List<ServiceInstance> expected = Difference.sorted(instances);
    return waitFor(
        within, () -> latest().filter(set -> set.instances().equals(expected)).isPresent());
  }

  /** Waits until the last set satisfies {@code condition}, and returns it. */
  Snapshot await(Supplier<String> what, Duration within, Predicate<Snapshot> condition) {
    await(() -> latest().filter(condition).isPresent(), within, what);
    return latest().orElseThrow();
  }

  /** Waits until the watcher reports this phase, by its status and to its listener. */
  void awaitPhase(Phase phase, Duration within) {
    await(
        () ->
            !phases.isEmpty()
                && phases.get(phases.size() - 1) == phase
                && watcher.status().phase() == phase,
        within,
        () -> "phase " + phase);
  }

  /** Tells whether no set was delivered for this long. */
  synchronized boolean restsFor(Duration window) {
    return System.nanoTime() - lastSet >= window.toNanos();
  }

  /** Checks that no set is delivered for a while. */
  void expectQuiet(Duration window) {
    int mark = mark();
    synchronized (this) {
      if (waitFor(window, () -> snapshots.size() > mark)) {
        throw failure("nothing had changed, yet a snapshot came");
      }
    }
    check();
  }

  /** Fails if a rule was broken so far. */
  synchronized void check() {
    if (!breaches.isEmpty()) {
      throw failure(String.join("; ", breaches));
    }
  }

  private synchronized void await(
      BooleanSupplier condition, Duration within, Supplier<String> what) {
    boolean held = waitFor(within, () -> watcher != null && condition.getAsBoolean());
    check();
    if (!held) {
      throw failure("awaited in vain for " + within.toMillis() + " ms: " + what.get());
    }
  }

  private synchronized boolean waitFor(Duration within, BooleanSupplier condition) {
    long deadline = System.nanoTime() + within.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        // Status is read from the watcher too, which notifies nobody here: look now and then.
        TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, 20_000_000));
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private synchronized AssertionError failure(String what) {
    return new AssertionError(
        "rule "
            + rule
            + ": "
            + what
            + "; what this watcher was told:\n  "
            + String.join(
                "\n  ", history.subList(Math.max(0, history.size() - 60), history.size())));
  }

  private void enter(String what) {
    Thread other = inside.getAndSet(Thread.currentThread());
    synchronized (this) {
      breach("3.14", other != null, "a callback began during another: " + what);
      breach("3.15", closed, "a callback began after close(): " + what);
      breach(
          "5.4",
          !Thread.currentThread().isDaemon(),
          "a callback came on a thread that is no daemon");
    }
  }

  private void leave() {
    inside.set(null);
    synchronized (this) {
      notifyAll();
    }
  }

  private void checkSuccession(Snapshot before, Snapshot after) {
    breach(
        "3.4", after.sequence() <= before.sequence(), "sequence did not grow: " + after.sequence());
    breach("3.5", after.instances().equals(before.instances()), "the same set twice in a row");
    breach(
        "3.5",
        !apply(before, after.changesSince(before)).equals(after.instances()),
        "inexact changes");
  }

  private static List<ServiceInstance> apply(Snapshot before, List<Change> changes) {
    Map<String, ServiceInstance> result = new TreeMap<>();
    before.instances().forEach(instance -> result.put(instance.id(), instance));
    for (Change change : changes) {
      if (change instanceof Change.Removed) {
        result.remove(change.instance().id());
      } else {
        result.put(change.instance().id(), change.instance());
      }
    }
    return List.copyOf(result.values());
  }

  private void breach(String broken, boolean happened, String what) {
    if (happened) {
      breaches.add("rule " + broken + " broken: " + what);
    }
  }

  private void note(String what) {
    history.add("+" + (System.nanoTime() - start) / 1_000_000 + " ms " + what);
  }

  private static String ids(Snapshot snapshot) {
    return snapshot.instances().stream()
        .limit(20)
        .map(
            instance ->
                Difference.shorten(
                    instance.id() + "=" + instance.authority() + instance.metadata()))
        .collect(Collectors.joining(", ", "[", snapshot.instances().size() > 20 ? ", …]" : "]"));
  }
}
