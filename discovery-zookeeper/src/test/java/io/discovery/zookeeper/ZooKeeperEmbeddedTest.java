package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.apache.zookeeper.server.embedded.ExitHandler;
import org.apache.zookeeper.server.embedded.ZooKeeperServerEmbedded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What takes a server inside this JVM, whose own switches a test can turn. */
@Timeout(60)
class ZooKeeperEmbeddedTest {
  private static final String REAPING = "znode.container.checkIntervalMs";

  @TempDir private Path directory;

  private ZooKeeperServerEmbedded start() throws Exception {
    Properties settings = new Properties();
    settings.setProperty("clientPort", "0");
    settings.setProperty("clientPortAddress", "127.0.0.1");
    settings.setProperty("tickTime", "500");
    settings.setProperty("admin.enableServer", "false");
    ZooKeeperServerEmbedded server =
        ZooKeeperServerEmbedded.builder()
            .baseDir(directory)
            .configuration(settings)
            .exitHandler(ExitHandler.LOG_ONLY)
            .build();
    server.start();
    return server;
  }

  private static RegistryConfig config(ZooKeeperServerEmbedded server) {
    return RegistryConfig.defaults()
        .withEndpoints("127.0.0.1:" + server.getClientPort())
        .withTtl(Duration.ofSeconds(4));
  }

  /** The node of a service goes after its last record, and comes back with the next. */
  @Test
  void aServiceWithoutRecordsIsReaped() throws Exception {
    System.setProperty(REAPING, "100");
    try (ZooKeeperServerEmbedded server = start();
        RawClient operator = RawClient.connect("127.0.0.1:" + server.getClientPort());
        Driver driver = new Driver(config(server))) {
      Seen seen = driver.subscribe("a").awaitListing();
      for (int round = 0; round < 3; round++) {
        Driver.Owner owner = driver.own("a", "1");
        owner.takeOver("x" + round);
        seen.awaitRecords(Map.of("1", "x" + round));
        owner.release();
        Await.until(
            "the service is reaped", Driver.SOON, () -> operator.stat("/services/a").isEmpty());
        seen.awaitRecords(Map.of());
      }
      assertEquals(Optional.empty(), seen.end());
      assertEquals(0, operator.stat("/services").orElseThrow().getEphemeralOwner());
    } finally {
      System.clearProperty(REAPING);
    }
  }

  /** A handle that could not authenticate is dead for good; the next one meets mended servers. */
  @Test
  void refusedAuthenticationIsDeniedAndHeals() throws Exception {
    try (ZooKeeperServerEmbedded server = start()) {
      ProviderRegistry.initialize();
      ProviderRegistry.removeProvider("digest");
      try (Driver driver = new Driver(config(server).withCredentials("app", "secret"))) {
        Driver.Owner owner = driver.own("a", "1");
        Await.until(
            "the refusal is noticed",
            Driver.SOON,
            () -> driver.failure(b -> b.list("a")).reason() == Reason.DENIED);
        assertEquals(Reason.DENIED, owner.refused("x", Claim.TAKE_OVER).reason());
        ProviderRegistry.reset();
        ProviderRegistry.initialize();
        driver.eventually(Duration.ofSeconds(10), b -> b.list("a"));
        owner.takeOver("x");
        driver.subscribe("a").awaitRecords(Map.of("1", "x"));
      }
    } finally {
      ProviderRegistry.reset();
      ProviderRegistry.initialize();
    }
  }
}
