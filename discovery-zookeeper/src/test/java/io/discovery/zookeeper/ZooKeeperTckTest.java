package io.discovery.zookeeper;

import io.discovery.tck.DiscoveryTck;
import io.discovery.tck.Fixture;

/** The contract on a real ZooKeeper. */
class ZooKeeperTckTest extends DiscoveryTck {
  @Override
  protected Fixture createFixture() {
    return new ZooKeeperFixture();
  }
}
