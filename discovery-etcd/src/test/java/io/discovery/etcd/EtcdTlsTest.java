package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.tck.TlsFront;
import io.discovery.tck.TlsIdentity;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, towards a server that speaks it and towards one that does not. */
class EtcdTlsTest extends EtcdTest {
  @TempDir static Path directory;
  private static TlsIdentity serverId;
  private static TlsIdentity clientId;

  @BeforeAll
  static void makeCertificates() throws Exception {
    serverId = new TlsIdentity(directory, "server", "ip:127.0.0.1");
    clientId = new TlsIdentity(directory, "client", "dns:client");
  }

  @Test
  void aTrustedServerIsTalkedTo() throws Exception {
    TlsFront front = closing(new TlsFront(server.port(), serverId));
    Driver driver = open(trusting(front, "https://127.0.0.1"));
    driver.registered("s", "a", "1");
    assertEquals(Map.of("a", "1"), driver.watch("s").records());
    // TLS files alone say it too.
    Driver bare = open(trusting(front, "127.0.0.1"));
    assertEquals(Map.of("a", "1"), bare.watch("s").records());
  }

  @Test
  void anUntrustedCertificateIsRefused() throws Exception {
    TlsFront front = closing(new TlsFront(server.port(), serverId));
    Driver driver = open(config().withEndpoints("https://127.0.0.1:" + front.port()));
    assertDenied(driver);
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws Exception {
    TlsFront front = closing(new TlsFront(server.port(), serverId));
    assertDenied(open(trusting(front, "https://localhost")));
  }

  @Test
  void aServerThatWantsACertificateGetsOurs() throws Exception {
    TlsFront front = closing(new TlsFront(server.port(), serverId, clientId));
    Driver driver =
        open(
            trusting(front, "https://127.0.0.1")
                .with("tls.cert", clientId.certificate().toString())
                .with("tls.key", clientId.key().toString()));
    driver.registered("s", "a", "1");
    assertDenied(open(trusting(front, "https://127.0.0.1")));
  }

  @Test
  void plainTextIsNeverSpokenWhereTlsIsWanted() {
    Driver driver = open(config().withEndpoints("https://" + server.endpoint()));
    DiscoveryException failure = assertThrows(DiscoveryException.class, () -> driver.list("s"));
    assertEquals(Reason.UNAVAILABLE, failure.reason());
    RegistryConfig contradictory =
        config()
            .withEndpoints("http://" + server.endpoint())
            .with("tls.ca", serverId.certificate().toString());
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Driver(contradictory)).getMessage();
    assertTrue(message.contains("http://" + server.endpoint()), message);
  }

  @Test
  void aFileThatIsNoCertificateSaysSo() {
    RegistryConfig wrong = config().with("tls.ca", directory.resolve("keytool.log").toString());
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Driver(wrong)).getMessage();
    assertTrue(message.startsWith("tls.ca"), message);
  }

  private RegistryConfig trusting(TlsFront front, String host) {
    // The first handshake of a JVM takes its time.
    return config()
        .with("request-timeout", "20s")
        .withEndpoints(host + ":" + front.port())
        .with("tls.ca", serverId.certificate().toString());
  }

  private static void assertDenied(Driver driver) {
    DiscoveryException failure = assertThrows(DiscoveryException.class, () -> driver.list("s"));
    assertEquals(Reason.DENIED, failure.reason(), failure::toString);
    assertEquals(Reason.DENIED, driver.subscribe("s").awaitEnd(SOON).reason());
  }
}
