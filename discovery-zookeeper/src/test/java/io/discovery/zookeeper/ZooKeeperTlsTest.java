package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.tck.ZooKeeperServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS with PEM files against a real server that demands a client's certificate. */
@Timeout(60)
class ZooKeeperTlsTest {
  @TempDir private static Path directory;
  private static Certificates server;
  private static Certificates client;
  private static Certificates elsewhere;
  private static int port;
  private static ZooKeeperServer zookeeper;

  @BeforeAll
  static void start() throws IOException {
    server = Certificates.make(directory, "server", "ip:127.0.0.1");
    client = Certificates.make(directory, "client", "dns:client");
    elsewhere = Certificates.make(directory, "elsewhere", "dns:elsewhere");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    zookeeper = launch(server);
  }

  private static ZooKeeperServer launch(Certificates identity) {
    return ZooKeeperServer.launch(
        Map.of(
            "secureClientPortAddress",
            "127.0.0.1",
            "secureClientPort",
            Integer.toString(port),
            "serverCnxnFactory",
            "org.apache.zookeeper.server.NettyServerCnxnFactory",
            "ssl.keyStore.location",
            identity.store().toString(),
            "ssl.keyStore.password",
            Certificates.PASSWORD,
            "ssl.trustStore.location",
            client.certificate().toString(),
            "ssl.trustStore.type",
            "PEM"));
  }

  @AfterAll
  static void stop() {
    zookeeper.close();
  }

  private static RegistryConfig config() {
    return RegistryConfig.defaults()
        .withEndpoints("127.0.0.1:" + port)
        .withTtl(Duration.ofSeconds(4));
  }

  private static RegistryConfig identified(RegistryConfig config) {
    return config
        .with("tls.cert", client.certificate().toString())
        .with("tls.key", client.key().toString());
  }

  @Test
  void servesOverTls() throws IOException {
    long before = keyFiles();
    // A cold JVM's first handshake takes most of a second of processor time.
    RegistryConfig patient =
        identified(config()).withTtl(Driver.SOON).with("request-timeout", "10s");
    try (Driver driver = new Driver(patient.with("tls.ca", server.certificate().toString()))) {
      driver.own("a", "1").takeOver("x");
      driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    }
    assertEquals(before, keyFiles(), "files with a private key");
  }

  @Test
  void trustsNoStranger() {
    assertUnavailable(identified(config()).with("tls.ca", elsewhere.certificate().toString()));
  }

  @Test
  void isNoStranger() {
    assertUnavailable(config().with("tls.ca", server.certificate().toString()));
  }

  /** Without a word about TLS there is none, and a TLS port does not answer. */
  @Test
  void neverSpeaksPlaintextByAccident() {
    assertUnavailable(config());
    assertUnavailable(
        identified(config().withEndpoints(zookeeper.endpoint()))
            .with("tls.ca", server.certificate().toString()));
  }

  /** A good certificate of another host. */
  @Test
  void verifiesTheHostName() {
    zookeeper.close();
    zookeeper = launch(elsewhere);
    try {
      assertUnavailable(identified(config()).with("tls.ca", elsewhere.certificate().toString()));
    } finally {
      zookeeper.close();
      zookeeper = launch(server);
    }
  }

  private static void assertUnavailable(RegistryConfig config) {
    try (Driver driver = new Driver(config)) {
      assertEquals(Reason.UNAVAILABLE, driver.failure(b -> b.list("a")).reason());
    }
  }

  private static long keyFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().matches("discovery-zookeeper-.*\\.pem"))
          .count();
    }
  }
}
