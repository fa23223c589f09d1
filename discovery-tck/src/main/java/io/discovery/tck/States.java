package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registration.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The states that one registration has told its listener, in order. */
final class States {
  private final String rule;
  private final List<State> told = new ArrayList<>(); // guarded by itself

  States(String rule, Registration registration) {
    this.rule = rule;
    registration.onState(
        state -> {
          synchronized (told) {
            told.add(state);
          }
        });
  }

  List<State> told() {
    synchronized (told) {
      return List.copyOf(told);
    }
  }

  /** Waits until exactly these have been told. */
  void await(Duration within, State... expected) {
    try {
      Await.until("states", within, () -> told().equals(List.of(expected)));
    } catch (AssertionError e) {
      throw new AssertionError(
          "rule "
              + rule
              + ": awaited in vain for "
              + within.toMillis()
              + " ms: states "
              + List.of(expected)
              + "; told were "
              + told(),
          e);
    }
  }
}
