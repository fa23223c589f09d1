package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.discovery.tck.TlsIdentity;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What channels share, and what that saves the registry. */
final class ChannelSharingTest {
  /** One of a service's instances, one of its settings. */
  private static final int WATCHES = 2;

  private final MemoryStore store = MemoryStore.named("sharing-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  private OptionalLong watches() {
    return store.census().watches();
  }

  @Test
  void aHundredChannelsShareOneWatch() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    long before = registry.stats().subscriptions();
    for (int i = 0; i < 100; i++) {
      assertEquals("a", Greeter.call(stage.channel(registry, "orders", "round_robin")));
    }
    assertEquals(OptionalLong.of(WATCHES), watches());
    assertEquals(before + WATCHES, registry.stats().subscriptions());
  }

  @Test
  void aChannelThatIdlesComesBackToTheSameWatchEvenInAnOutage() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    ManagedChannel channel = stage.channel(registry, "orders", "round_robin");
    assertEquals("a", Greeter.call(channel));
    long before = registry.stats().subscriptions();
    for (int i = 0; i < 5; i++) {
      channel.enterIdle();
      assertEquals("a", Greeter.call(channel));
    }
    assertEquals(before, registry.stats().subscriptions());
    store.stop();
    channel.enterIdle();
    assertEquals("a", Greeter.call(channel));
  }

  @Test
  void channelsShareTheRegistryOfTheirTargetUntilAWhileAfterTheLast() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    OptionalLong clients = store.census().connections();
    String target = "discovery://memory/orders?endpoints=" + store.config().endpoints().get(0);
    DiscoveryNameResolverProvider provider = Stage.provider(Duration.ofMillis(300));
    ManagedChannel first = stage.channel(target, provider);
    ManagedChannel second = stage.channel(target, provider);
    assertEquals("a", Greeter.call(first));
    assertEquals("a", Greeter.call(second));
    assertEquals(OptionalLong.of(WATCHES), watches());
    assertEquals(clients.getAsLong() + 1, store.census().connections().getAsLong());
    first.shutdownNow();
    assertEquals("a", Greeter.call(second));
    second.shutdownNow();
    Await.until(
        "watch and registry are given back",
        Stage.SOON,
        () -> watches().getAsLong() == 0 && store.census().connections().equals(clients));
  }

  @Test
  void aRegistryHandedInStaysOpen() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    ManagedChannel channel =
        stage.channel("discovery:///orders", Stage.provider(Duration.ofMillis(1), registry));
    assertEquals("a", Greeter.call(channel));
    channel.shutdownNow();
    Await.until("the watch ends", Stage.SOON, () -> watches().getAsLong() == 0);
    assertEquals(1, registry.list("orders", Stage.SOON).instances().size());
  }

  @Test
  void aRegistryThatCannotBeOpenedIsReportedAndTriedAgain(@TempDir Path directory)
      throws Exception {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    // Read when the registry is opened, though nothing here speaks TLS.
    Path later = directory.resolve("ca.pem");
    String target =
        "discovery://memory/orders?endpoints="
            + store.config().endpoints().get(0)
            + "&tls.ca="
            + Percent.encode(later.toString());
    ManagedChannel channel = stage.channel(target, Stage.provider(Duration.ofSeconds(1)));
    String message = Greeter.unavailable(channel).getDescription();
    assertTrue(message.startsWith("cannot find orders: tls.ca: "), message);
    Files.copy(new TlsIdentity(directory, "ca", "dns:ca").certificate(), later);
    Await.until("it is opened", Stage.SOON, () -> Greeter.answers(channel));
  }

  @Test
  void aChannelBuiltAfterARegistrationKnowsItAlthoughAnEarlierChannelKnewNobody() {
    Registry registry = stage.registry();
    for (int i = 0; i < 20; i++) {
      Greeter greeter = stage.greeter("a" + i);
      Registration registration = stage.register(registry, "orders", greeter);
      ManagedChannel channel = stage.channel(registry, "orders", "pick_first");
      assertEquals("a" + i, Greeter.call(channel));
      registration.close();
      Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
      channel.shutdownNow();
    }
  }

  @Test
  void aClosedRegistryIsReported() {
    Registry registry = stage.registry();
    registry.close();
    ManagedChannel channel = stage.channel(registry, "orders", "pick_first");
    String message = Greeter.unavailable(channel).getDescription();
    assertTrue(message.startsWith("cannot find orders: ") && message.contains("closed"), message);
  }

  @Test
  void refreshStormsReadAgainOnceASecondAtMost() {
    Registry registry = stage.registry();
    Greeter a = stage.greeter("a", registry, "orders");
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      channels.add(stage.channel(registry, "orders", "round_robin"));
      assertEquals("a", Greeter.call(channels.get(i)));
    }
    long before = registry.stats().subscriptions();
    long start = System.nanoTime();
    a.close(); // a crash: the record stays, and every attempt to connect makes a channel ask for
    // news
    while (System.nanoTime() - start < Duration.ofSeconds(3).toNanos()) {
      channels.forEach(ManagedChannel::resetConnectBackoff);
      channels.forEach(channel -> assertFalse(Greeter.answers(channel)));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long reads = registry.stats().subscriptions() - before;
    assertTrue(reads >= 1 && reads <= seconds + 1, reads + " reads in " + seconds + " s");
  }
}
