package io.discovery;

import io.discovery.SimOracles.Violation;
import java.util.Optional;

/** Where a copy of the simulation begins in the class loader of a {@link Mutant}. */
final class SimHunt {
  private SimHunt() {}

  /** Returns the name of the first promise that is broken and by which seed, or that none is. */
  public static String firstViolation(long seeds) {
    for (long seed = 0; seed < seeds; seed++) {
      Optional<Violation> violation = SimRun.run(SimSchedule.of(seed));
      if (violation.isPresent()) {
        return violation.get().oracle + " by seed " + seed + ": " + violation.get().getMessage();
      }
    }
    return "nothing by " + seeds + " seeds";
  }
}
