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

  /** Waits until this has been told. */
  void awaitTold(State state, Duration within) {
    Await.until(
        () -> "rule " + rule + ": state " + state + "; told were " + told(),
        within,
        () -> told().contains(state));
  }

  /** Waits until exactly these have been told. */
  void await(Duration within, State... expected) {
    Await.until(
        () -> "rule " + rule + ": states " + List.of(expected) + "; told were " + told(),
        within,
        () -> told().equals(List.of(expected)));
  }
}
