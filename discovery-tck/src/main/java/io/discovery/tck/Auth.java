package io.discovery.tck;

import io.discovery.RegistryConfig;

/**
 * A store that demands credentials, and its operator: makes users, and grants and takes away what
 * they may do with the records of a service. What is granted is the least that the store's manual
 * names for that purpose, and nothing above {@code <namespace>/<service>/}. Every method returns
 * when the store has acknowledged; fails with any exception otherwise. Called by the test's thread.
 */
public interface Auth {
  /** What a user may do with the records of a service. */
  enum Access {
    /** See them and follow them. */
    READ,
    /** Create, replace and delete them, and see them. */
    WRITE
  }

  /** Returns how to reach the store, without credentials. */
  RegistryConfig config();

  /** Adds a user who may do nothing yet. */
  void addUser(String user, String password);

  /**
   * Changes a user's password. Who uses the old one is refused, at the next request or at the next
   * connection, whichever the store does; the user's rights stay.
   */
  void setPassword(String user, String password);

  /** Grants this access; more for one service than one grant is not asked for. */
  void grant(String user, String namespace, String service, Access access);

  /** Takes away whatever was granted there. */
  void revoke(String user, String namespace, String service);
}
