package io.discovery.zookeeper;

import io.discovery.tck.DiscoveryLoad;
import io.discovery.tck.Fixture;

/** The contract on a real ZooKeeper. */
class ZooKeeperLoadTest extends DiscoveryLoad {
  @Override
  protected Fixture createFixture() {
    return new ZooKeeperFixture();
  }
}
