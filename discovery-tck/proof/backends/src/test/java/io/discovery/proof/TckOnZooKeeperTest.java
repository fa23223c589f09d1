package io.discovery.proof;

import io.discovery.tck.DiscoveryTck;
import io.discovery.tck.Fixture;

/** The contract on a real ZooKeeper. */
class TckOnZooKeeperTest extends DiscoveryTck {
  @Override
  protected Fixture createFixture() {
    return new ZooKeeperFixture();
  }

  @Override
  protected boolean mustBeCertified() {
    return true;
  }
}
