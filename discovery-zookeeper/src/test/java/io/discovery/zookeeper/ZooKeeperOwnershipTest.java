package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.RegistryConfig;
import io.discovery.tck.ZooKeeperServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** One record at a time: what a write, a release and a loss do, on a real server. */
class ZooKeeperOwnershipTest {
  private static final ZooKeeperServer SERVER = ZooKeeperServer.launch();
  private final RegistryConfig config = RegistryConfig.defaults().withEndpoints(SERVER.endpoint());

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  @Test
  void smoke() {
    try (Driver driver =
        new Driver(config.withNamespace("/smoke").withTtl(Duration.ofSeconds(4)))) {
      Driver.Owner owner = driver.own("a", "1");
      assertEquals(Duration.ofSeconds(4), owner.takeOver("x"));
      Seen seen = driver.subscribe("a").awaitRecords(Map.of("1", "x"));
      owner.heal("y");
      seen.awaitRecords(Map.of("1", "y"));
      owner.relocate("z");
      seen.awaitRecords(Map.of("1", "z"));
      assertEquals(java.util.Set.of("a"), driver.call(b -> b.services()));
      owner.release();
      seen.awaitRecords(Map.of());
      System.out.println(seen.events() + " " + seen.listing());
      driver.probe(seen);
    }
  }
}
