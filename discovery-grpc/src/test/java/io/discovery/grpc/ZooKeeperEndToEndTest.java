package io.discovery.grpc;

import io.discovery.RegistryConfig;
import io.discovery.tck.Server;
import io.discovery.tck.ZooKeeperServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class ZooKeeperEndToEndTest extends EndToEnd {
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
  RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("zookeeper").withEndpoints(server.endpoint());
  }
}
