package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.tck.DiscoveryChaos;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Fixture;
import io.discovery.tck.History;
import org.junit.jupiter.api.Assumptions;

/** The contract under chaos, on a real etcd; the truth is etcd's own history. */
class ChaosOnEtcdTest extends DiscoveryChaos {
  @Override
  protected Fixture createFixture() {
    EtcdServer.disabled().ifPresent(Assumptions::abort);
    return new EtcdFixture();
  }

  @Override
  protected History openHistory(RegistryConfig config) {
    return new EtcdHistory(config.endpoints().get(0));
  }
}
