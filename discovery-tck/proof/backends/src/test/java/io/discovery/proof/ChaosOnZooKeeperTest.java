package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.tck.DiscoveryChaos;
import io.discovery.tck.Fixture;
import io.discovery.tck.History;

/** The contract under chaos, on a real ZooKeeper server; the truth is its transaction log. */
class ChaosOnZooKeeperTest extends DiscoveryChaos {
  @Override
  protected Fixture createFixture() {
    return new ZooKeeperFixture();
  }

  @Override
  protected History openHistory(RegistryConfig config) {
    String endpoint = config.endpoints().get(0);
    return new ZooKeeperHistory(
        Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1)));
  }
}
