package io.discovery;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Event loop and listener pool of one simulated process. It can be stalled, as by a long pause of
 * its thread, and stopped, after which everything is dropped silently as in production.
 */
final class SimLoop implements EventLoop {
  private final SimClock clock;
  private final SimOracles oracles;
  private final Queue<Runnable> ready = new ArrayDeque<>();
  private Runnable afterTask = () -> {};
  private long stalledUntil = Long.MIN_VALUE;
  private boolean stopped;

  SimLoop(SimClock clock, SimOracles oracles) {
    this.clock = clock;
    this.oracles = oracles;
    clock.add(this);
  }

  void afterEachTask(Runnable look) {
    afterTask = look;
  }

  /** Lets listeners run outside the loop, each after its own delay. */
  Executor listeners(SimRandom random) {
    return task ->
        clock.afterMillis(
            random.listenerDelay(),
            () -> {
              if (!stopped) {
                task.run();
              }
            });
  }

  boolean isReady() {
    return !ready.isEmpty() && clock.now() >= stalledUntil;
  }

  void stall(long millis) {
    stalledUntil = Math.max(stalledUntil, clock.now() + millis * 1_000_000);
    clock.afterMillis(millis, () -> {}); // wakes the clock
  }

  /** Returns whether the loop stands still now or did so less than this long ago. */
  boolean stalledWithin(long nanos) {
    return clock.now() < stalledUntil + nanos;
  }

  void stop() {
    stopped = true;
    ready.clear();
    clock.remove(this);
  }

  boolean stopped() {
    return stopped;
  }

  void runOne() {
    SimLoop before = clock.current();
    clock.enter(this);
    try {
      ready.remove().run();
      afterTask.run();
    } catch (RuntimeException | AssertionError e) {
      oracles.violated(SimOracle.NO_FAILURE, () -> "a task of the event loop failed: " + e, e);
    } finally {
      clock.enter(before);
    }
  }

  @Override
  public void execute(Runnable task) {
    if (!stopped) {
      ready.add(task);
    }
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    if (stopped) {
      return () -> {};
    }
    boolean[] cancelled = new boolean[1];
    Runnable unlessCancelled =
        () -> {
          if (!cancelled[0]) {
            task.run();
          }
        };
    SimClock.Event event = clock.after(delay.toNanos(), () -> execute(unlessCancelled));
    return () -> {
      cancelled[0] = true;
      event.cancel();
    };
  }

  @Override
  public boolean inLoop() {
    return clock.current() == this;
  }

  @Override
  public long nanoTime() {
    return clock.now();
  }
}
