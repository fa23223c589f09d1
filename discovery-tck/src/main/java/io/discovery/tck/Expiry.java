package io.discovery.tck;

/** Ends an owner's hold from outside, as its death or an operator does. */
@FunctionalInterface
public interface Expiry {
  /**
   * Ends whatever keeps this record alive, a lease or a session, so that the store removes the
   * record and the owner learns of it no sooner than by itself. Other records of the same owner may
   * go too. Returns when the record that was there is gone. The owner may have put a new one in its
   * place.
   */
  void expire(String namespace, String service, String id);
}
