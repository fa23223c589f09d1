package io.discovery.proof;

import io.discovery.tck.DiscoveryLoad;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Fixture;
import org.junit.jupiter.api.Assumptions;

/** The contract, on a real etcd. */
class LoadOnEtcdTest extends DiscoveryLoad {
  @Override
  protected Fixture createFixture() {
    EtcdServer.disabled().ifPresent(Assumptions::abort);
    return new EtcdFixture();
  }
}
