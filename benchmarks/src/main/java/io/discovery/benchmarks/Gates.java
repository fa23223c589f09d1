package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Several listeners that shall all notice the same. */
final class Gates {
  private final List<Gate> gates = new ArrayList<>();

  /** Returns one more, which waits for a view of this size. */
  Gate add(int size) {
    Gate gate = new Gate();
    gate.expect(size);
    gates.add(gate);
    return gate;
  }

  void expect(int size) {
    gates.forEach(gate -> gate.expect(size));
  }

  /** Waits for all, and returns when the last one had the size. */
  long await() throws InterruptedException {
    long last = Long.MIN_VALUE;
    for (Gate gate : gates) {
      last = Math.max(last, gate.await());
    }
    return last;
  }

  /** Returns how often listeners have been called. */
  long calls() {
    return gates.stream().mapToLong(Gate::calls).sum();
  }
}
