package io.discovery.tck;

import io.discovery.RegistryConfig;

/**
 * A connection path to the store that can be cut. Registries opened with its configuration, and no
 * others, suffer its faults. Every fault is in force when its method returns.
 */
public interface Link extends AutoCloseable {
  /** Returns the fixture's configuration, leading through this link. */
  RegistryConfig config();

  /** Ends the connections of the moment abruptly; new ones work. */
  void cut();

  /** Ends the connections of the moment in good order; new ones work. */
  void finish();

  /** Ends all connections and refuses new ones. */
  void refuse();

  /** Carries nothing any more while connections stay open. */
  void blackHole();

  /** Carries requests but no answers, so that writes happen and nobody learns of it. */
  void loseAnswers();

  /** Ends {@link #refuse}, {@link #blackHole} and {@link #loseAnswers}: all is well again. */
  void restore();

  /** Ends the link for good. */
  @Override
  void close();

  /**
   * Returns a link through a proxy, which is closed with it.
   *
   * @param config a configuration whose only endpoint is the proxy's
   */
  static Link through(TcpProxy proxy, RegistryConfig config) {
    return new ProxyLink(proxy, config);
  }
}
