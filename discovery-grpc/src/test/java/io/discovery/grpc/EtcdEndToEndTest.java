package io.discovery.grpc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.discovery.RegistryConfig;
import io.discovery.etcd.Etcd;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class EtcdEndToEndTest extends EndToEnd implements ChildEndToEnd {
  private static EtcdServer server;
  private static Etcd operator;

  @BeforeAll
  static void launch() {
    assumeTrue(EtcdServer.disabled().isEmpty(), () -> EtcdServer.disabled().get());
    server = EtcdServer.launch();
    operator = new Etcd(server);
  }

  @AfterAll
  static void end() {
    if (server != null) {
      operator.close();
      server.close();
    }
  }

  @Override
  Server store() {
    return server;
  }

  @Override
  public RegistryConfig config() {
    return RegistryConfig.defaults()
        .withBackend("etcd")
        .withEndpoints(server.endpoint())
        .withNamespace(namespace);
  }

  @Override
  public long watches() {
    return operator.watches();
  }

  @Override
  public void publish(String namespace, String service, String serviceConfig) {
    operator.put(namespace + ".settings/" + service + "/grpc", serviceConfig);
  }
}
