package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.NameResolver;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel that does not come back from what it is told, among others to the same service. */
final class BlockedChannelTest {
  private final MemoryStore store = MemoryStore.named("blocked-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config().withNamespace("n"));
  private final Registry registry = stage.registry();
  private final DiscoveryNameResolverProvider provider =
      Stage.provider(Duration.ofMillis(1), registry);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void close() {
    release.countDown();
    stage.close();
  }

  private void put(String id, String address) {
    String record = "{\"Op\":0,\"Addr\":\"" + address + "\",\"Metadata\":null}";
    store.put("n", "orders", id, record.getBytes(UTF_8));
  }

  private NameResolver start(Probe probe) {
    NameResolver resolver =
        provider.newNameResolver(
            URI.create("discovery:///orders?service-config=false"), probe.args());
    stage.atEnd(probe::close);
    stage.atEnd(() -> probe.inContext(resolver::shutdown));
    probe.start(resolver);
    return resolver;
  }

  /** So no lock of ours is held while a channel is called, whatever kind of lock. */
  @Test
  @Timeout(30)
  void holdsUpNobodyElse() {
    put("a", "10.0.0.1:80");
    Probe blocked = new Probe();
    blocked.whenTold = this::block;
    start(blocked);
    Await.until("it is told", Stage.SOON, () -> blocked.results.size() == 1);
    Probe other = new Probe();
    NameResolver resolver = start(other);
    other.awaitAddresses("/10.0.0.1:80");
    put("b", "10.0.0.2:80");
    other.awaitAddresses("/10.0.0.1:80", "/10.0.0.2:80");
    other.inContext(resolver::refresh);
    assertEquals(2, registry.list("orders", Stage.SOON).instances().size());
    other.inContext(resolver::shutdown);
    Probe later = new Probe();
    start(later);
    later.awaitAddresses("/10.0.0.1:80", "/10.0.0.2:80");
    assertEquals(1, blocked.results.size(), "it is still where it was");
    release.countDown();
    blocked.awaitAddresses("/10.0.0.1:80", "/10.0.0.2:80");
  }

  private void block() {
    try {
      release.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
