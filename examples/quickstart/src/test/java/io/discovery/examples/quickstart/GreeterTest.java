package io.discovery.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.ZooKeeperServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The two programs to copy from, on a registry that is there already. */
class GreeterTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void theClientFindsTheServer() throws InterruptedException {
    try (ZooKeeperServer registry = ZooKeeperServer.launch()) {
      List<String> options =
          List.of("-Ddiscovery.backend=zookeeper", "-Ddiscovery.endpoints=" + registry.endpoint());
      try (Program server = Program.start(GreeterServer.class, options, "north");
          Program client = Program.start(GreeterClient.class, options, "reader")) {
        assertEquals(0, client.awaitExit(LIMIT), client::text);
        assertEquals(10, client.count("Hello reader, from zone north"), client::text);
        server.terminate();
        assertEquals(143, server.awaitExit(LIMIT), server::text);
        assertTrue(server.printed(line -> line.endsWith("is registered")), server::text);
      }
    }
  }
}
