package io.discovery.tck;

/** The power to make a store forget its past. */
@FunctionalInterface
public interface Compaction {
  /**
   * Forgets every change made so far, so that nobody can follow the store from an earlier moment.
   * Returns when it is done. A store that keeps no past to follow from has nothing to do.
   */
  void compact();
}
