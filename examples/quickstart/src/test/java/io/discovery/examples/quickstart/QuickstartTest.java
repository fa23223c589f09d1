package io.discovery.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.EtcdServer;
import io.discovery.tck.ZooKeeperServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The main job as its user runs it, at a quicker pace. */
class QuickstartTest {
  private static final Duration LIMIT = Duration.ofSeconds(100);

  @Test
  void keepsItsPromisesOnZooKeeper() throws InterruptedException {
    keepsItsPromises("-Ddiscovery.backend=zookeeper");
  }

  @Test
  void keepsItsPromisesOnEtcd() throws InterruptedException {
    EtcdServer.disabled().ifPresent(Assumptions::abort);
    keepsItsPromises("-Ddiscovery.backend=etcd");
  }

  private static void keepsItsPromises(String... options) throws InterruptedException {
    try (Program quickstart = start(options)) {
      assertEquals(0, quickstart.awaitExit(LIMIT), quickstart::text);
      assertTrue(quickstart.printed(line -> line.matches(" +failures +0 +0")), quickstart::text);
      assertTrue(quickstart.printed(line -> line.contains("CURRENT after")), quickstart::text);
    }
  }

  @Test
  void leavesAForeignRegistryRunning() throws InterruptedException {
    try (ZooKeeperServer server = ZooKeeperServer.launch()) {
      String endpoints = "-Ddiscovery.endpoints=" + server.endpoint();
      try (Program quickstart = start(endpoints)) {
        assertEquals(0, quickstart.awaitExit(LIMIT), quickstart::text);
        assertTrue(quickstart.printed(line -> line.contains("is yours")), quickstart::text);
      }
      assertTrue(server.isRunning());
    }
  }

  @Test
  void anUnknownBackendIsToldWithTheRemedy() throws InterruptedException {
    try (Program quickstart = start("-Ddiscovery.backend=consul")) {
      assertEquals(1, quickstart.awaitExit(LIMIT));
      assertTrue(
          quickstart.printed(
              line -> line.contains("'consul'") && line.contains("zookeeper or etcd")),
          quickstart::text);
    }
  }

  @Test
  void anUnreachableRegistryIsToldWithTheRemedy() throws InterruptedException {
    try (Program quickstart = start("-Ddiscovery.endpoints=127.0.0.1:1")) {
      assertEquals(1, quickstart.awaitExit(LIMIT));
      assertTrue(
          quickstart.printed(
              line -> line.contains("127.0.0.1:1 does not answer") && line.contains("check")),
          quickstart::text);
    }
  }

  private static Program start(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Dquickstart.steady=300");
    String etcd = System.getProperty("discovery.test.etcd");
    if (etcd != null) {
      all.add("-Ddiscovery.test.etcd=" + etcd);
    }
    return Program.start(Quickstart.class, all);
  }
}
