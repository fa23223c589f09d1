package io.discovery.zookeeper;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.imps.CuratorFrameworkState;

/**
 * The backend {@code zookeeper}: instances as ephemeral nodes, by default where and as Spring Cloud
 * and Curator look for them.
 *
 * <p>Settings: {@code endpoints} is {@code host:port,host:port}, with a chroot behind the last one
 * where there is one; {@code user} and {@code password} are those of the scheme {@code digest};
 * {@code ttl} is the session timeout, which the server clamps to 2..20 of its ticks and which is
 * unsafe under about 4 s; {@code zookeeper.max-buffer} is the largest answer accepted, in bytes.
 * Needs ZooKeeper 3.6 or later.
 *
 * <p><b>Threading.</b> Safe for any thread. <b>Lifecycle.</b> A client handed to the constructor
 * stays the caller's.
 */
public final class ZooKeeperBackendProvider implements BackendProvider {
  private final Optional<CuratorFramework> lent;

  /** Creates the provider that service loading finds; its registries open clients of their own. */
  public ZooKeeperBackendProvider() {
    this.lent = Optional.empty();
  }

  /**
   * Creates a provider whose registries use this client and never close it (rule 5.5), for {@link
   * io.discovery.Registries#open(BackendProvider, RegistryConfig)}.
   *
   * <p>Servers, chroot, namespace and credentials are then the client's own (the configured
   * namespace comes below the client's), and every time to live is the client's session timeout.
   * Closing a registry removes its records but not the session.
   */
  public ZooKeeperBackendProvider(CuratorFramework client) {
    this.lent = Optional.of(Objects.requireNonNull(client, "client"));
  }

  @Override
  public String name() {
    return "zookeeper";
  }

  @Override
  public String format() {
    return "curator";
  }

  @Override
  public Set<String> options() {
    return Set.of(ZooKeeperSettings.MAX_BUFFER);
  }

  @Override
  public Backend connect(RegistryConfig config, BackendContext context) {
    lent.ifPresent(ZooKeeperBackendProvider::check);
    return new ZooKeeperBackend(new ZooKeeperSettings(config), lent, context);
  }

  private static void check(CuratorFramework client) {
    if (client.getState() != CuratorFrameworkState.STARTED) {
      throw refused("is " + client.getState(), "STARTED; call start() before");
    }
    try {
      client.getCuratorListenable();
    } catch (UnsupportedOperationException e) {
      throw refused(
          "was made by usingNamespace", "the client itself; set 'namespace' in the configuration");
    }
  }

  private static IllegalArgumentException refused(String found, String expected) {
    return new IllegalArgumentException(
        "client: a CuratorFramework that " + found + " (expected: " + expected + ")");
  }
}
