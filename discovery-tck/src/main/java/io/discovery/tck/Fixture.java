package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.util.Optional;

/**
 * What a backend author gives to {@link DiscoveryTck}: a store that runs, how to reach it, and as
 * many ways to look at it and to hurt it as there are. A test that needs a capability which is
 * absent is skipped and says so.
 *
 * <p>One fixture serves one test class; every test works in a namespace of its own, so the store
 * may be shared and need not be emptied. Called by the test's thread only. A failure of any method
 * fails the test.
 *
 * <pre>{@code
 * final class EtcdFixture implements Fixture {
 *   private final EtcdServer server = EtcdServer.launch();
 *
 *   public RegistryConfig config() {
 *     return RegistryConfig.defaults().withBackend("etcd").withEndpoints(server.endpoint());
 *   }
 *
 *   public Bounds bounds() { return Bounds.usual(Duration.ofSeconds(2), Duration.ofSeconds(2)); }
 *
 *   public Optional<Server> server() { return Optional.of(server); }
 *
 *   public Optional<Link> openLink() {
 *     TcpProxy proxy = new TcpProxy(server.port());
 *     return Optional.of(Link.through(proxy, config().withEndpoints(proxy.endpoint())));
 *   }
 *
 *   public Optional<Tls> tls() { return Optional.of(tls); } // Tls.inFrontOf(port, config()), once
 *
 *   public void close() { server.close(); }
 * }
 * }</pre>
 */
public interface Fixture extends AutoCloseable {
  /**
   * Returns how to reach the store: backend, endpoints, options. The kit adds namespace and TTL.
   */
  RegistryConfig config();

  /** Returns how fast the backend promises to be. */
  Bounds bounds();

  /**
   * Returns an independent client of the store, for looking and meddling behind the library's back.
   */
  default Optional<Store> store() {
    return Optional.empty();
  }

  /** Returns the server behind {@link #config}. The kit leaves it running. */
  default Optional<Server> server() {
    return Optional.empty();
  }

  /** Opens a new connection path to the same store that can be cut. The kit closes it. */
  default Optional<Link> openLink() {
    return Optional.empty();
  }

  /** Returns the power to end an owner's hold on its record. */
  default Optional<Expiry> expiry() {
    return Optional.empty();
  }

  /** Returns what the store counts, at any time. */
  default Optional<Census> census() {
    return Optional.empty();
  }

  /** Returns the power to make the store forget its past. */
  default Optional<Compaction> compaction() {
    return Optional.empty();
  }

  /** Returns a store that demands credentials, and its operator. The fixture closes it. */
  default Optional<Auth> auth() {
    return Optional.empty();
  }

  /** Returns ways to the store by TLS. The fixture closes them. */
  default Optional<Tls> tls() {
    return Optional.empty();
  }

  /** Returns a store of several members. The fixture closes it; the kit leaves it whole. */
  default Optional<Quorum> quorum() {
    return Optional.empty();
  }

  /** Stops and deletes all that the fixture has made. Called once, last. */
  @Override
  default void close() {}
}
