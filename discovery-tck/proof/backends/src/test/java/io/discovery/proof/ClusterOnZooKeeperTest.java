package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.tck.Bounds;
import io.discovery.tck.DiscoveryClusters;
import io.discovery.tck.ServerCluster;
import java.time.Duration;

/** The contract on a ZooKeeper ensemble of three. */
class ClusterOnZooKeeperTest extends DiscoveryClusters {
  @Override
  protected ServerCluster launchCluster() {
    return ServerCluster.zooKeeper();
  }

  @Override
  protected RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("zookeeper");
  }

  /**
   * To find one that answers among three members, ZooKeeper's client takes up to a third of the TTL
   * for one that is frozen, three random pauses of up to a second and one second after a round. A
   * session shorter than all that can end meanwhile, and its records go with it.
   */
  @Override
  protected Bounds bounds() {
    Duration ttl = Duration.ofSeconds(8);
    return new Bounds(ttl, Duration.ofSeconds(2), Duration.ofSeconds(5), ttl.plusSeconds(4));
  }
}
