package io.discovery;

import io.discovery.SimLink.Fault;
import io.discovery.SimOracles.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One simulation: the schedule in the midst of chaos, then peace until everything is true, then the
 * end of all registries. The same schedule always runs in the same way.
 */
final class SimRun {
  static final int PROCESSES = 3;
  static final String[] SERVICES = {"orders", "orders/eu"};
  static final String[] IDS = {"a", "b%", "ç"};

  // Backoff of refused content, the grace, and two resyncs where an event was lost.
  private static final long PATIENCE = 200_000;

  // What happened last may take the detection bound, or a renewal, to be noticed.
  private static final long SETTLING = 8_000;

  final long seed;
  final SimKnobs knobs;
  final SimOracles oracles;
  final SimClock clock;
  final SimStore store;
  private final SimSchedule schedule;
  private final List<SimProcess> processes = new ArrayList<>();
  private int port = 1_000;
  private boolean chaotic = true;

  private SimRun(SimSchedule schedule, boolean tracing) {
    this.schedule = schedule;
    this.seed = schedule.seed();
    this.knobs = schedule.knobs();
    this.oracles = new SimOracles(tracing);
    this.clock = new SimClock(seed, oracles);
    this.store = new SimStore(clock, oracles, knobs);
    oracles.use(clock::elapsed);
  }

  /** Runs the schedule and returns the promise that was broken, if one was. */
  static Optional<Violation> run(SimSchedule schedule) {
    return new SimRun(schedule, false).violation();
  }

  /** Runs the schedule and returns all that happened. */
  static List<String> trace(SimSchedule schedule) {
    SimRun run = new SimRun(schedule, true);
    run.violation();
    return run.oracles.traced();
  }

  private Optional<Violation> violation() {
    try {
      live();
      return Optional.empty();
    } catch (Violation violation) {
      return Optional.of(violation);
    }
  }

  private void live() {
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(new SimProcess(this, i));
    }
    long last = 0;
    for (SimAction action : schedule.actions()) {
      last = action.millis();
      clock.afterMillis(action.millis(), () -> perform(action));
    }
    clock.advance(last + 100);
    makePeace();
    awaitTruth();
    end();
  }

  private void perform(SimAction action) {
    oracles.trace(() -> "----- " + action.toString().strip());
    action.perform(this);
  }

  private void makePeace() {
    oracles.trace(() -> "----- peace");
    chaotic = false;
    store.acceptAll();
    processes.forEach(process -> process.link().heal());
    if (knobs.hints()) {
      processes.forEach(SimProcess::reachable);
    }
  }

  private void awaitTruth() {
    clock.advance(SETTLING);
    long end = clock.elapsed() + PATIENCE;
    String lack = lacks();
    for (; lack != null && clock.elapsed() < end; lack = lacks()) {
      clock.advance(500);
    }
    String missing = lack;
    oracles.check(lack == null, SimOracle.CONVERGENCE, () -> "not in time: " + missing);
    clock.advance(3_000);
    // A write that was held up may still arrive, and goes with its lease: that is no lack by now.
    String again = lackOfProcesses();
    oracles.check(again == null, SimOracle.CONVERGENCE, () -> "not for long: " + again);
    oracles.stopIfViolated();
  }

  private String lackOfProcesses() {
    for (SimProcess process : processes) {
      String lack = process.lacks();
      if (lack != null) {
        return lack;
      }
    }
    return null;
  }

  private String lacks() {
    String lack = lackOfProcesses();
    if (lack != null) {
      return lack;
    }
    for (SimKey key : store.all()) {
      SimLease lease = key.now().lease();
      if (lease != null && !lease.handle.isWanted()) {
        return key.path() + " is in the store, though nobody wants it";
      }
    }
    return null;
  }

  private void end() {
    oracles.trace(() -> "----- end");
    processes.forEach(SimProcess::closeRegistry);
    clock.advance(15_000);
    for (SimKey key : store.all()) {
      oracles.check(
          key.now().lease() == null,
          SimOracle.CONVERGENCE,
          () -> key.path() + " outlives its registry");
    }
    oracles.stopIfViolated();
  }

  SimProcess process(int number) {
    return processes.get(number);
  }

  void outage(Fault fault, long millis) {
    processes.forEach(process -> process.link().suffer(fault, millis));
  }

  boolean isChaotic() {
    return chaotic;
  }

  /** Returns a number that no content had before. */
  int nextPort() {
    return port++;
  }

  String id(int detail) {
    return IDS[detail % IDS.length];
  }
}
