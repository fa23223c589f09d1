package io.discovery.proof;

import io.discovery.tck.DiscoveryLoad;
import io.discovery.tck.Fixture;

/** The contract on a real ZooKeeper. */
class LoadOnZooKeeperTest extends DiscoveryLoad {
  @Override
  protected Fixture createFixture() {
    return new ZooKeeperFixture();
  }
}
