package io.discovery.tck;

import java.util.stream.Stream;

/** A backend that the kit is run on by {@link WrongBackendsTest}: {@link Wrong} or {@link Odd}. */
interface Subject {
  String name();

  Fault fault();

  /** Returns a test of each chapter that its fault could concern. */
  Stream<String> chapters();

  /** Tells whether it fails this test, or may. */
  boolean mayFail(String test);

  /** Tells whether this is what it shall come to. */
  default boolean expects(KitRun.Outcome outcome) {
    return !outcome.failed() || mayFail(outcome.test());
  }

  /** Returns the name of the provider. */
  default String provider() {
    return "wrong";
  }

  static Subject named(String name) {
    for (Subject odd : Odd.values()) {
      if (odd.name().equals(name)) {
        return odd;
      }
    }
    return Wrong.valueOf(name);
  }
}
