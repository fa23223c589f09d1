package io.discovery.spi;

import java.util.List;

/**
 * Changes of one service. An id stands in at most one of the two lists.
 *
 * @param revision as in {@link Listing#revision}, after these changes
 * @param puts records added or replaced, with their present value
 * @param removes ids whose record is gone
 */
public record Delta(long revision, List<Entry> puts, List<String> removes) {
  /** Copies the lists. */
  public Delta {
    puts = List.copyOf(puts);
    removes = List.copyOf(removes);
  }
}
