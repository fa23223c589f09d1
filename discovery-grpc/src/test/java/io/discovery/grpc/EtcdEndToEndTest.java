package io.discovery.grpc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.discovery.RegistryConfig;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class EtcdEndToEndTest extends EndToEnd {
  private static EtcdServer server;

  @BeforeAll
  static void launch() {
    assumeTrue(EtcdServer.disabled().isEmpty(), () -> EtcdServer.disabled().get());
    server = EtcdServer.launch();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  Server store() {
    return server;
  }

  @Override
  RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("etcd").withEndpoints(server.endpoint());
  }
}
