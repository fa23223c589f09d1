package io.discovery.spi;

import java.util.List;

/**
 * A complete read of one service.
 *
 * @param store identifies the store's data set; a change from one value to another, or to empty,
 *     tells the engine that the data was replaced (rule 3.12). Empty if the store has no such
 *     thing, or not yet: a change from empty to a value is none
 * @param revision a number that grows with every change of the store or service and never shrinks
 *     unless data was lost (rule 3.12); 0 if the store has no such thing
 * @param entries every record, in any order, each id once
 */
public record Listing(String store, long revision, List<Entry> entries) {
  /** Copies the list. */
  public Listing {
    entries = List.copyOf(entries);
  }
}
