package io.discovery.proof;

import io.discovery.tck.DiscoveryTck;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Fixture;
import org.junit.jupiter.api.Assumptions;

/** The contract, on a real etcd. */
class TckOnEtcdTest extends DiscoveryTck {
  @Override
  protected Fixture createFixture() {
    EtcdServer.disabled().ifPresent(Assumptions::abort);
    return new EtcdFixture();
  }

  @Override
  protected boolean mustBeCertified() {
    return true;
  }
}
