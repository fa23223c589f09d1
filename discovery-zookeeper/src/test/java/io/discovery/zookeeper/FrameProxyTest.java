package io.discovery.zookeeper;

import io.discovery.RegistryConfig;
import io.discovery.tck.ZooKeeperServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * The stage of a test with a {@link FrameProxy} before a real server, and an operator behind it.
 */
@Timeout(60)
abstract class FrameProxyTest {
  static final Duration TTL = Duration.ofSeconds(4);
  private static ZooKeeperServer server;
  private static RawClient operator;

  private final List<AutoCloseable> opened = new ArrayList<>();
  FrameProxy proxy;
  String root;

  @BeforeAll
  static void start() {
    server = ZooKeeperServer.launch();
    operator = RawClient.connect(server.endpoint());
    // The first use of a JVM loads a thousand classes, which no test is about.
    RegistryConfig patient = RegistryConfig.defaults().with("request-timeout", "30s");
    try (Driver driver = new Driver(patient.withEndpoints(server.endpoint()))) {
      driver.own("warm-up", "1", patient.ttl()).takeOver("x");
      driver.subscribe("warm-up").awaitListing();
    }
  }

  @AfterAll
  static void stop() {
    operator.close();
    server.close();
  }

  @BeforeEach
  final void prepare(TestInfo test) {
    root = "/" + test.getTestMethod().orElseThrow().getName();
    proxy = closing(new FrameProxy(server.port()));
  }

  @AfterEach
  final void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  <T extends AutoCloseable> T closing(T resource) {
    opened.add(0, resource);
    return resource;
  }

  /** The configuration of those who see the server through the proxy. */
  RegistryConfig proxied() {
    return direct().withEndpoints(proxy.endpoint());
  }

  /** The configuration of those who see it as it is. */
  RegistryConfig direct() {
    return RegistryConfig.defaults()
        .withBackend("zookeeper")
        .withEndpoints(server.endpoint())
        .withNamespace(root)
        .with("request-timeout", "8s")
        .withTtl(TTL);
  }

  Driver open(RegistryConfig config) {
    return closing(new Driver(config));
  }

  static RawClient operator() {
    return operator;
  }

  /** Counts the requests of a type that pass the proxy from now on. */
  AtomicInteger count(int type) {
    AtomicInteger count = new AtomicInteger();
    proxy.next(
        frame -> {
          if (Frame.request(type).test(frame)) {
            count.incrementAndGet();
          }
          return false;
        },
        FrameProxy.LOST);
    return count;
  }

  void put(String path, String value) {
    operator.put(root + path, Seen.bytes(value));
  }

  Optional<Stat> stat(String path) {
    return operator.stat(root + path);
  }

  static ServerStatus status() {
    return ServerStatus.of(server.port());
  }

  static void endSession(long session) {
    RawClient.endSession(server.endpoint(), session);
  }
}
