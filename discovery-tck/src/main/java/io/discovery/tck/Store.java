package io.discovery.tck;

import java.util.Map;

/**
 * The store as its own tools see it, by a client that shares nothing with the library. Names are
 * those of keys: the kit uses plain ones here, and in answers they are as they stand in the store,
 * percent-encoded. Returns when the store has acknowledged; fails with any exception otherwise.
 */
public interface Store {
  /**
   * Creates or overwrites the record at {@code <namespace>/<service>/<id>}, as an operator would:
   * not bound to any owner's life if new, and without changing its owner where the store can do
   * that.
   */
  void put(String namespace, String service, String id, byte[] value);

  /** Deletes a record, whoever owns it; one that is not there is fine. */
  void delete(String namespace, String service, String id);

  /** Reads the records of a service afresh, by id; empty if there is no such service. */
  Map<String, byte[]> read(String namespace, String service);
}
