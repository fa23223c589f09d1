package io.discovery.benchmarks;

import com.linecorp.armeria.client.zookeeper.ZooKeeperDiscoverySpec;
import com.linecorp.armeria.client.zookeeper.ZooKeeperEndpointGroup;
import java.util.function.IntConsumer;
import org.apache.curator.framework.CuratorFramework;

/** The client side of Armeria's discovery, which reads x-discovery's records. */
final class ArmeriaClient implements Client {
  private final CuratorFramework curator;

  ArmeriaClient(String endpoint) throws InterruptedException {
    curator = XDiscoveryClient.connect(endpoint);
  }

  /** Its group calls itself ready with the first endpoint; the listener sees it grow. */
  @Override
  public Handle watch(String service, IntConsumer onSize) {
    ZooKeeperEndpointGroup group =
        ZooKeeperEndpointGroup.of(
            curator, "/" + Records.NAMESPACE, ZooKeeperDiscoverySpec.curator(service));
    group.addListener(endpoints -> onSize.accept(endpoints.size()), true);
    return Handle.of(() -> {}, group::close);
  }

  @Override
  public Handle register(String service, int index) {
    throw new UnsupportedOperationException("it registers a running server of Armeria only");
  }

  @Override
  public void close() {
    curator.close();
  }
}
