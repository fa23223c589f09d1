package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.RegistryConfig;
import io.discovery.tck.Server;
import io.discovery.tck.ZooKeeperServer;
import io.discovery.zookeeper.RawClient;
import io.discovery.zookeeper.ServerStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class ZooKeeperEndToEndTest extends EndToEnd implements ChildEndToEnd {
  private static ZooKeeperServer server;

  @BeforeAll
  static void launch() {
    server = ZooKeeperServer.launch();
  }

  @AfterAll
  static void end() {
    server.close();
  }

  @Override
  Server store() {
    return server;
  }

  @Override
  public RegistryConfig config() {
    return RegistryConfig.defaults()
        .withBackend("zookeeper")
        .withEndpoints(server.endpoint())
        .withNamespace(namespace);
  }

  @Override
  public long watches() {
    return ServerStatus.of(server.port()).number("zk_watch_count");
  }

  @Override
  public long watchesOfARecord() {
    return 1;
  }

  @Override
  public void publish(String namespace, String service, String serviceConfig) {
    try (RawClient operator = RawClient.connect(server.endpoint())) {
      String path = "/" + namespace + ".settings/" + service + "/grpc";
      operator.put(path, serviceConfig.getBytes(UTF_8));
    }
  }
}
