package io.discovery.tck;

/**
 * The tests of one topic; a backend's test class has them all by extending {@link DiscoveryTck}.
 */
interface Chapter {
  /** Returns the stage of the running test. */
  Scenario scenario();
}
