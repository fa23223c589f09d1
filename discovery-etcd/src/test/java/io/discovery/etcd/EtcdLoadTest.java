package io.discovery.etcd;

import io.discovery.tck.DiscoveryLoad;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Fixture;
import org.junit.jupiter.api.Assumptions;

/** The contract, on a real etcd. */
class EtcdLoadTest extends DiscoveryLoad {
  @Override
  protected Fixture createFixture() {
    EtcdServer.disabled().ifPresent(Assumptions::abort);
    return new EtcdFixture();
  }
}
