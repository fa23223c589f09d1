package io.discovery.tck;

import io.discovery.RegistryConfig;

/**
 * A store of several members that answers only while a majority of them lives. Every method returns
 * when the effect is there, and is idempotent; all data are kept. Called by the test's thread.
 */
public interface Quorum {
  /** Returns how to reach the store, all members given. */
  RegistryConfig config();

  /** Ends so many members, abruptly, that those left have no majority. */
  void loseMajority();

  /** Starts the members again and waits until the store answers reads. */
  void restore();
}
