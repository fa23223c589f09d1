package io.discovery.tck;

/** One life of a registrant, as those see it who judge. */
interface ChaosLife {
  /** Returns the number of the registrant whose life this is, and of its path. */
  int number();

  /** Returns the lane of its faults. */
  String name();

  /** Returns when it was killed; the end of time if it was not. */
  long killedAt();
}
