package io.discovery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * The one clock of a simulation and all that waits for it: events of network and store, and the
 * event loops of all processes. Everything runs on the thread that calls {@link #advance}; of
 * several loops with work the random chooses one, task by task. A call that blocks lets time pass
 * inside itself ({@link #await}), so a registry may be closed while everything else goes on.
 */
final class SimClock implements InstantSource, Waiting {
  private static final long START = 1_000_000_000_000L;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<SimLoop> loops = new ArrayList<>();
  private final SimRandom random;
  private final SimRandom wall;
  private final SimOracles oracles;
  private long now = START;
  private long count;
  private SimLoop current; // whose task runs now; null outside the loops
  private int depth;
  private long nested;

  SimClock(long seed, SimOracles oracles) {
    this.random = new SimRandom(seed, "clock");
    this.wall = new SimRandom(seed, "wall clock");
    this.oracles = oracles;
  }

  /** Something that happens once, unless cancelled. */
  static final class Event implements Comparable<Event> {
    private final long due;
    private final long order;
    private Runnable task; // null once cancelled

    private Event(long due, long order, Runnable task) {
      this.due = due;
      this.order = order;
      this.task = task;
    }

    void cancel() {
      task = null;
    }

    @Override
    public int compareTo(Event other) {
      return due == other.due ? Long.compare(order, other.order) : Long.compare(due, other.due);
    }
  }

  Event after(long nanos, Runnable task) {
    Event event = new Event(now + Math.max(0, nanos), count++, task);
    events.add(event);
    return event;
  }

  Event afterMillis(long millis, Runnable task) {
    return after(millis * 1_000_000, task);
  }

  void add(SimLoop loop) {
    loops.add(loop);
  }

  void remove(SimLoop loop) {
    loops.remove(loop);
  }

  /** Runs everything that falls due within {@code millis}. */
  void advance(long millis) {
    long end = now + millis * 1_000_000;
    while (step(end)) {
      oracles.stopIfViolated();
    }
    oracles.stopIfViolated();
    now = Math.max(now, end);
  }

  @Override
  public void await(CompletableFuture<?> future, Duration timeout) throws TimeoutException {
    SimLoop before = current;
    if (before != null) {
      throw new AssertionError("a task of the event loop blocks");
    }
    nested += depth++ > 0 ? 1 : 0;
    long end = now + Math.max(0, timeout.toNanos());
    while (!future.isDone() && step(end)) {
      oracles.stopIfViolated();
    }
    depth--;
    oracles.stopIfViolated();
    if (!future.isDone()) {
      now = Math.max(now, end);
      throw new TimeoutException();
    }
  }

  /** Returns how many calls are blocked in the midst of each other. */
  int depth() {
    return depth;
  }

  /** Returns how many calls have blocked in the midst of another, which takes longer by that. */
  long nested() {
    return nested;
  }

  private boolean step(long end) {
    SimLoop loop = pick();
    if (loop != null) {
      loop.runOne();
      return true;
    }
    Event next = events.peek();
    if (next == null || next.due > end) {
      return false;
    }
    events.remove();
    if (next.task != null) {
      now = Math.max(now, next.due);
      next.task.run();
    }
    return true;
  }

  private SimLoop pick() {
    SimLoop picked = null;
    int ready = 0;
    for (int i = 0; i < loops.size(); i++) {
      if (loops.get(i).isReady() && (++ready == 1 || random.oneIn(ready))) {
        picked = loops.get(i);
      }
    }
    return picked;
  }

  SimLoop current() {
    return current;
  }

  void enter(SimLoop loop) {
    current = loop;
  }

  long now() {
    return now;
  }

  /** Returns the milliseconds since the beginning. */
  long elapsed() {
    return (now - START) / 1_000_000;
  }

  /**
   * The wall clock is put forward and back all the time, and nothing may depend on it (rule 2.6).
   */
  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(1_700_000_000_000L + wall.below(Integer.MAX_VALUE));
  }
}
