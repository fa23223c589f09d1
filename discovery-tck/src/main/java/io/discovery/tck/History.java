package io.discovery.tck;

import java.util.List;
import java.util.Optional;

/**
 * What a store has really held, commit by commit: the truth that {@link DiscoveryChaos} measures
 * everything else against. Taken from where no fault of a run can reach it, such as the store's own
 * log, by a client that shares nothing with the library. Used by one thread.
 */
public interface History extends AutoCloseable {
  /**
   * Returns every commit below a namespace since the store was created, in the order in which they
   * were made. The store is up and undisturbed; any exception fails the run.
   */
  List<Commit> read(String namespace);

  /**
   * Makes the store forget its past, as operators do, once that has been read: nobody else can
   * follow the store from an earlier moment. Returns whether it keeps a past to follow from; if
   * not, nothing happened. Any exception says that it may not have happened.
   */
  default boolean forget() {
    return false;
  }

  @Override
  default void close() {}

  /**
   * One change of one record.
   *
   * @param revision orders commits; those of one transaction share it
   * @param service the record's service, as it stands in its key
   * @param id the record's id, as it stands in its key
   * @param value what was written, as text; empty if the record was removed
   * @param owner the lease or session that the record lives by; empty for a removal
   */
  record Commit(long revision, String service, String id, Optional<String> value, String owner) {}
}
