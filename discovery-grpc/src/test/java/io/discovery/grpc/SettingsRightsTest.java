package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.etcd.Etcd;
import io.discovery.tck.Await;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.ZooKeeperServer;
import io.discovery.zookeeper.RawClient;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.options.OptionsUtil;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.junit.jupiter.api.Test;

/** Clients that may read the instances of their service and not its settings (rule 7.4). */
final class SettingsRightsTest {
  private static final String SPREAD = "{\"loadBalancingConfig\":[{\"round_robin\":{}}]}";
  private static final String SETTINGS = "shop.settings/orders";

  /** Instances flow, calls succeed, one line says what is missing; what is granted later counts. */
  private static void assertServed(RegistryConfig owner, RegistryConfig reader, Runnable grant) {
    try (Log log = new Log("io.discovery");
        Stage servers = new Stage(owner.withNamespace("shop"));
        Stage clients = new Stage(reader.withNamespace("shop"))) {
      Registry registered = servers.registry();
      servers.greeter("a", registered, "orders");
      Registry registry = clients.registry();
      ManagedChannel channel = clients.channel(registry, "orders", "pick_first");
      assertEquals("a", Greeter.call(channel));
      long attempts = registry.stats().subscriptions() + 1;
      Await.until(
          "it is tried again",
          Duration.ofMinutes(1),
          () -> registry.stats().subscriptions() >= attempts);
      servers.greeter("b", registered, "orders");
      try (Traffic traffic = new Traffic(clients.channel(registry, "orders", "round_robin"))) {
        traffic.awaitMoreFrom("a", "b");
        traffic.assertNoFailure();
      }
      List<String> warnings =
          log.warnings().stream().filter(line -> line.contains("settings")).toList();
      assertEquals(1, warnings.size(), warnings::toString);
      grant.run();
      Await.until(
          "the service config", Duration.ofMinutes(1), () -> Fleet.shares(channel).size() == 2);
    }
  }

  @Test
  void onEtcd() {
    assumeTrue(EtcdServer.disabled().isEmpty(), () -> EtcdServer.disabled().get());
    try (EtcdServer server = EtcdServer.launch("--auth-token=simple")) {
      ByteSequence root = Etcd.bytes("root");
      ByteSequence user = Etcd.bytes("reader");
      try (Client anybody = Client.builder().endpoints(server.url()).build()) {
        Auth auth = anybody.getAuthClient();
        for (ByteSequence name : List.of(root, user)) {
          Etcd.await(auth.userAdd(name, Etcd.bytes("s3cret")));
          Etcd.await(auth.roleAdd(name));
          Etcd.await(auth.userGrantRole(name, name));
        }
        grantReading(auth, user, "shop/orders/");
        Etcd.await(anybody.getKVClient().put(Etcd.bytes(SETTINGS + "/grpc"), Etcd.bytes(SPREAD)));
        Etcd.await(auth.authEnable());
      }
      RegistryConfig config =
          RegistryConfig.defaults().withBackend("etcd").withEndpoints(server.endpoint());
      try (Client operator =
          Client.builder()
              .endpoints(server.url())
              .user(root)
              .password(Etcd.bytes("s3cret"))
              .build()) {
        assertServed(
            config.withCredentials("root", "s3cret"),
            config.withCredentials("reader", "s3cret"),
            () -> grantReading(operator.getAuthClient(), user, SETTINGS + "/"));
      }
    }
  }

  private static void grantReading(Auth auth, ByteSequence role, String prefix) {
    ByteSequence from = Etcd.bytes(prefix);
    Etcd.await(
        auth.roleGrantPermission(role, from, OptionsUtil.prefixEndOf(from), Permission.Type.READ));
  }

  @Test
  void onZooKeeper() {
    try (ZooKeeperServer server = ZooKeeperServer.launch();
        RawClient operator = RawClient.connect(server.endpoint()).as("operator", "s3cret")) {
      String path = "/" + SETTINGS;
      operator.put(path, new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      operator.put(path + "/grpc", SPREAD.getBytes(UTF_8));
      RegistryConfig config =
          RegistryConfig.defaults().withBackend("zookeeper").withEndpoints(server.endpoint());
      assertServed(
          config, config, () -> operator.call(zk -> zk.setACL(path, Ids.OPEN_ACL_UNSAFE, -1)));
    }
  }
}
