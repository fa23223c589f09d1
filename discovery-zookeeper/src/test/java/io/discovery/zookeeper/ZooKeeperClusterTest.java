package io.discovery.zookeeper;

import io.discovery.RegistryConfig;
import io.discovery.tck.Bounds;
import io.discovery.tck.DiscoveryClusters;
import io.discovery.tck.ServerCluster;
import java.time.Duration;

/** The contract on a ZooKeeper ensemble of three. */
class ZooKeeperClusterTest extends DiscoveryClusters {
  @Override
  protected ServerCluster launchCluster() {
    return ServerCluster.zooKeeper();
  }

  @Override
  protected RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("zookeeper");
  }

  @Override
  protected Bounds bounds() {
    return new Bounds(
        Duration.ofSeconds(4),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10));
  }
}
