package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.RegistryConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good values are understood; bad ones fail before any I/O and say key, value and remedy. */
class ZooKeeperSettingsTest {
  private static RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("zookeeper");
  }

  private static ZooKeeperSettings of(String... endpoints) {
    return new ZooKeeperSettings(config().withEndpoints(endpoints));
  }

  @Test
  void understandsServersAndChroot() {
    assertEquals("127.0.0.1:2181", new ZooKeeperSettings(config()).servers());
    assertEquals("a:1,b:2", of("a:1", "b:2").servers());
    assertEquals("", of("a:1", "b:2").chroot());
    assertEquals("a:1,[::1]:2", of("a:1", "[::1]:2/x/y").servers());
    assertEquals("/x/y", of("a:1", "[::1]:2/x/y").chroot());
    assertEquals("zk.example", of("zk.example").servers());
  }

  @Test
  void fewServersAreGivenToTheClientAgainAndAgain() {
    assertEquals("a:1,a:1,a:1", of("a:1").connectString());
    assertEquals("a:1,b:2,a:1,b:2", of("a:1", "b:2").connectString());
    assertEquals("a:1,b:2,c:3", of("a:1", "b:2", "c:3").connectString());
  }

  @Test
  void refusesOtherEndpoints() {
    for (String endpoint : new String[] {"http://a:1", "a:0", "a:65536", "a:x", "::1", "a:1:2"}) {
      assertRefused("endpoints: '" + endpoint + "'", () -> of(endpoint));
    }
    assertRefused("endpoints: 'a:1/x'", () -> of("a:1/x", "b:2"));
  }

  @Test
  void joinsChrootAndNamespace() {
    assertEquals("/services", new ZooKeeperKeys("", "/services").root());
    assertEquals("/services", new ZooKeeperKeys("/", "services").root());
    assertEquals("/", new ZooKeeperKeys("", "").root());
    assertEquals("/orders/1", new ZooKeeperKeys("", "").record("orders", "1"));
    assertEquals("/x/y/orders/1", new ZooKeeperKeys("/x", "y").record("orders", "1"));
  }

  /** ZooKeeper has its own idea of paths: no surrogates, and /zookeeper is taken. */
  @Test
  void refusesNamespacesZooKeeperCannotHave() {
    assertRefused("namespace: '/\uD83D\uDE00'", () -> new ZooKeeperKeys("", "\uD83D\uDE00"));
    assertRefused("namespace: '/zookeeper/x'", () -> new ZooKeeperKeys("", "zookeeper/x"));
    assertEquals("/zookeeper2", new ZooKeeperKeys("", "zookeeper2").root());
    assertEquals("/a/zookeeper", new ZooKeeperKeys("/a", "zookeeper").root());
  }

  @Test
  void refusesHalfACredential() {
    assertRefused("user: ''", () -> new ZooKeeperSettings(config().with("password", "secret")));
    assertRefused("user: 'me'", () -> new ZooKeeperSettings(config().with("user", "me")));
    assertRefused(
        "user: 'a:b'", () -> new ZooKeeperSettings(config().withCredentials("a:b", "secret")));
  }

  @Test
  void theBufferBoundsTheBatch() {
    assertEquals(List.of(1, 1, 10, 128), batches(ZooKeeperSettings::batch));
    assertEquals(List.of(1, 31, 128, 128), batches(ZooKeeperSettings::lentBatch));
    for (String bytes : new String[] {"1048575", "1073741825", "1m", "-1", ""}) {
      assertRefused("zookeeper.max-buffer: '" + bytes + "'", () -> buffer(bytes));
    }
  }

  private static List<Integer> batches(IntUnaryOperator batch) {
    return IntStream.of(4_096, 1_048_575, 10_485_760, 1_073_741_824).map(batch).boxed().toList();
  }

  private static ZooKeeperSettings buffer(String bytes) {
    return new ZooKeeperSettings(config().with("zookeeper.max-buffer", bytes));
  }

  @Test
  void refusesFilesThatAreNoPem(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "no PEM");
    assertRefused("tls.ca: '" + file, () -> tls(Map.of("tls.ca", file)));
    assertRefused("tls.key: ''", () -> tls(Map.of("tls.cert", file)));
    assertRefused("tls.cert: ''", () -> tls(Map.of("tls.key", file)));
    assertRefused("tls.cert: '" + file, () -> tls(Map.of("tls.cert", file, "tls.key", file)));
  }

  private static ZooKeeperSettings tls(Map<String, Path> files) {
    RegistryConfig config = config();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      config = config.with(file.getKey(), file.getValue().toString());
    }
    return new ZooKeeperSettings(config);
  }

  @Test
  void refusesALentClientItCannotUse() {
    try (CuratorFramework latent =
        CuratorFrameworkFactory.newClient("127.0.0.1:1", (count, elapsed, sleeper) -> false)) {
      ZooKeeperBackendProvider provider = new ZooKeeperBackendProvider(latent);
      assertRefused(
          "client: a CuratorFramework that is LATENT", () -> new Driver(provider, config()));
      latent.start();
      ZooKeeperBackendProvider view =
          new ZooKeeperBackendProvider(latent.usingNamespace("somewhere"));
      assertRefused("was made by usingNamespace", () -> new Driver(view, config()));
    }
  }

  /** Whatever else an operator has set for ZooKeeper's client holds for ours. */
  @Test
  void aPlainClientKnowsTheSystemPropertiesThatZooKeepersOwnConfigKnows() {
    Map<String, String> properties =
        Map.of(
            ZKClientConfig.DISABLE_AUTO_WATCH_RESET, "true",
            ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "a.Socket",
            ZKClientConfig.ZOOKEEPER_SERVER_PRINCIPAL, "somebody",
            ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, "4711");
    properties.forEach(System::setProperty);
    try {
      ZKClientConfig plain = new ZooKeeperPlainConfig();
      ZKClientConfig whole = new ZKClientConfig();
      for (Map.Entry<String, String> property : properties.entrySet()) {
        assertEquals(property.getValue(), plain.getProperty(property.getKey()));
        assertEquals(property.getValue(), whole.getProperty(property.getKey()));
      }
    } finally {
      properties.keySet().forEach(System::clearProperty);
    }
  }

  private static void assertRefused(
      String expected, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(expected), message);
    assertTrue(message.contains("(expected: "), message);
    assertFalse(message.contains("secret"), message);
  }
}
