package io.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Remembers the first violation of a run, and on demand what led to it. A violation is noted at
 * once and thrown by the clock, because a listener's exception would be contained by the engine.
 */
final class SimOracles {
  private final boolean tracing;
  private final List<String> trace = new ArrayList<>();
  private LongSupplier millis = () -> 0;
  private Violation violation;

  SimOracles(boolean tracing) {
    this.tracing = tracing;
  }

  void use(LongSupplier time) {
    millis = time;
  }

  /** A broken promise of the engine. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    final SimOracle oracle;

    Violation(SimOracle oracle, String message, Throwable cause) {
      super(oracle + ": " + message, cause);
      this.oracle = oracle;
    }
  }

  void check(boolean holds, SimOracle oracle, Supplier<String> otherwise) {
    if (!holds) {
      violated(oracle, otherwise, null);
    }
  }

  void violated(SimOracle oracle, Supplier<String> message, Throwable cause) {
    if (violation == null) {
      violation = new Violation(oracle, "at " + seconds() + ": " + message.get(), cause);
      trace(violation::getMessage);
    }
  }

  void stopIfViolated() {
    if (violation != null) {
      throw violation;
    }
  }

  void trace(Supplier<String> line) {
    if (tracing) {
      trace.add(seconds() + "  " + line.get());
    }
  }

  List<String> traced() {
    return trace;
  }

  private String seconds() {
    return String.format("%8.3f s", millis.getAsLong() / 1e3);
  }
}
