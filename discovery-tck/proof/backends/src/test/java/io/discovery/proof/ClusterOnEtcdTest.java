package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.tck.Bounds;
import io.discovery.tck.DiscoveryClusters;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.ServerCluster;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;

/** The contract on three members of an etcd. */
class ClusterOnEtcdTest extends DiscoveryClusters {
  @Override
  protected ServerCluster launchCluster() {
    EtcdServer.disabled().ifPresent(Assumptions::abort);
    return ServerCluster.etcd();
  }

  @Override
  protected RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("etcd");
  }

  /** A renewal that meets a frozen member is lost, and so is one that meets an election. */
  @Override
  protected Bounds bounds() {
    return new Bounds(
        Duration.ofSeconds(8),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10));
  }
}
