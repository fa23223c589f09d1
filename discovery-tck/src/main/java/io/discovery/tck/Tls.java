package io.discovery.tck;

import io.discovery.RegistryConfig;

/**
 * Ways to a store over TLS: one that is good, and others that must not work. A backend that has no
 * means of its own for this can have the kit's, see {@link #inFrontOf}.
 */
public interface Tls extends AutoCloseable {
  /** Returns a configuration whose trusted certificates verify chain and host name. */
  RegistryConfig trusted();

  /** Returns one that trusts other certificates than the server's. */
  RegistryConfig stranger();

  /** Returns one that trusts the certificate of the server, which is that of another host. */
  RegistryConfig misnamed();

  /** Returns one that wants TLS of a server that speaks none. */
  RegistryConfig plaintext();

  /** Ends these ways. */
  @Override
  void close();

  /**
   * Returns ways that end TLS in this JVM and lead to a server that speaks none, on a port of
   * 127.0.0.1.
   *
   * @param config a configuration that leads to the server itself
   */
  static Tls inFrontOf(int port, RegistryConfig config) {
    return TlsWays.open(port, config);
  }
}
