package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.util.function.Supplier;

/**
 * The quorum of a {@link ServerCluster}, which is started when it is first needed. Used by the
 * test's thread only; {@link #close} ends the cluster if there is one, and is idempotent.
 */
public final class ClusterQuorum implements Quorum, AutoCloseable {
  private final Supplier<ServerCluster> launch;
  private final RegistryConfig base;
  private ServerCluster cluster; // null until needed

  /**
   * Starts nothing.
   *
   * @param launch starts the cluster, such as {@code ServerCluster::etcd}
   * @param base how to reach the store, but for the endpoints
   */
  public ClusterQuorum(Supplier<ServerCluster> launch, RegistryConfig base) {
    this.launch = launch;
    this.base = base;
  }

  @Override
  public RegistryConfig config() {
    return base.withEndpoints(cluster().endpoints().toArray(String[]::new));
  }

  @Override
  public void loseMajority() {
    cluster().members().stream().limit(ServerCluster.SIZE / 2 + 1).forEach(Server::kill);
  }

  @Override
  public void restore() {
    if (cluster != null) {
      cluster.start();
    }
  }

  @Override
  public void close() {
    if (cluster != null) {
      cluster.close();
      cluster = null;
    }
  }

  private ServerCluster cluster() {
    if (cluster == null) {
      cluster = launch.get();
    }
    return cluster;
  }
}
