package io.discovery;

import io.discovery.SimOracles.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a failing schedule short: leaves out actions, larger parts first, and peculiarities of the
 * backend, as long as the same promise is broken (delta debugging).
 */
final class SimShrinker {
  private static final int MOST_RUNS = 3_000;
  private static final int SHOWN = 80;

  private final SimOracle oracle;
  private SimSchedule best;
  private int runs;

  private SimShrinker(SimSchedule failing, SimOracle oracle) {
    this.best = failing;
    this.oracle = oracle;
  }

  static SimSchedule shrink(SimSchedule failing) {
    Optional<Violation> violation = SimRun.run(failing);
    if (violation.isEmpty()) {
      return failing;
    }
    SimShrinker shrinker = new SimShrinker(failing, violation.get().oracle);
    int size;
    do {
      size = shrinker.best.actions().size();
      shrinker.dropActions();
      shrinker.simplify();
    } while (shrinker.best.actions().size() < size);
    return shrinker.best;
  }

  /** Returns all that a person needs to know about a failing seed. */
  static String report(long seed) {
    SimSchedule schedule = SimSchedule.of(seed);
    SimSchedule shrunk = shrink(schedule);
    List<String> trace = SimRun.trace(shrunk);
    return "seed "
        + seed
        + " breaks "
        + SimRun.run(shrunk).map(Throwable::getMessage).orElse("nothing, or not always")
        + "\n\nIts schedule, cut down from "
        + schedule.actions().size()
        + " actions to "
        + shrunk.actions().size()
        + ":\n"
        + shrunk.text()
        + "\nWhat happened, at the end:\n"
        + String.join("\n", trace.subList(Math.max(0, trace.size() - SHOWN), trace.size()))
        + "\n\nAgain, in full: -Ddiscovery.simulation.seed="
        + seed;
  }

  private void dropActions() {
    for (int part = Math.max(1, best.actions().size() / 2); part > 0; part /= 2) {
      for (int from = 0; from < best.actions().size(); ) {
        List<SimAction> rest = new ArrayList<>(best.actions());
        rest.subList(from, Math.min(rest.size(), from + part)).clear();
        if (!accept(best.with(rest))) {
          from += part;
        }
      }
    }
  }

  private void simplify() {
    boolean simpler;
    do {
      simpler = best.knobs().simpler().stream().anyMatch(knobs -> accept(best.with(knobs)));
    } while (simpler);
  }

  private boolean accept(SimSchedule candidate) {
    boolean fails =
        runs++ < MOST_RUNS
            && SimRun.run(candidate).filter(found -> found.oracle == oracle).isPresent();
    if (fails) {
      best = candidate;
    }
    return fails;
  }
}
