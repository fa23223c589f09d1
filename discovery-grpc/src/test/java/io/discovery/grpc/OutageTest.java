package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.ManagedChannel;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Channels that come back, after all that they shared was given up, while the store is down. */
final class OutageTest {
  private static final String UNKNOWN = "cannot find orders in ";

  private final MemoryStore store = MemoryStore.named("outage-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();
  private final DiscoveryNameResolverProvider provider =
      Stage.provider(Duration.ofMillis(1), registry);

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  private void awaitNoWatch() {
    Await.until("no watch is left", Stage.SOON, () -> store.census().watches().getAsLong() == 0);
  }

  private void idleIntoAnOutage(ManagedChannel channel) {
    channel.enterIdle();
    awaitNoWatch();
    store.stop();
  }

  @Test
  void callsGoOnWithTheServersKnownLast() {
    stage.greeter("a", registry, "orders");
    ManagedChannel channel = stage.channel("discovery:///orders", provider);
    assertEquals("a", Greeter.call(channel));
    idleIntoAnOutage(channel);
    assertEquals("a", Greeter.call(channel));
    assertEquals("a", Greeter.call(stage.channel("discovery:///orders", provider)));
  }

  @Test
  void soTheyDoAsTheServiceConfigKnownLastSays() {
    stage.greeter("a", registry, "orders");
    stage.greeter("b", registry, "orders");
    String spread = "{\"loadBalancingConfig\":[{\"round_robin\":{}}]}";
    store.put("services.settings", "orders", "grpc", spread.getBytes(UTF_8));
    ManagedChannel channel = stage.channel("discovery:///orders", provider);
    assertEquals(2, Fleet.shares(channel).size());
    idleIntoAnOutage(channel);
    long start = System.nanoTime();
    Greeter.call(channel);
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(millis < 900, "nobody waits for the settings: " + millis + " ms");
    assertEquals(2, Fleet.shares(channel).size());
  }

  @Test
  void soTheyDoIfTheRegistryWasClosedToo() {
    stage.greeter("a", registry, "orders");
    long clients = store.census().connections().getAsLong();
    ManagedChannel channel =
        stage.channel(
            "discovery://memory/orders?endpoints=" + store.config().endpoints().get(0),
            Stage.provider(Duration.ofMillis(1)));
    assertEquals("a", Greeter.call(channel));
    channel.enterIdle();
    Await.until(
        "the registry is closed",
        Stage.SOON,
        () -> store.census().connections().getAsLong() == clients);
    store.stop();
    assertEquals("a", Greeter.call(channel));
  }

  @Test
  void theStoresAnswerWinsWhenItIsBack() {
    Registration registration = stage.register(registry, "orders", stage.greeter("a"));
    ManagedChannel channel = stage.channel("discovery:///orders", provider);
    assertEquals("a", Greeter.call(channel));
    idleIntoAnOutage(channel);
    assertEquals("a", Greeter.call(channel));
    store.start();
    registration.close();
    Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
    String message = Greeter.unavailable(channel).getDescription();
    assertTrue(message.contains("no instances of orders"), message);
    // "Nobody" is what is known last now.
    idleIntoAnOutage(channel);
    String after = Greeter.unavailable(channel).getDescription();
    assertTrue(after.contains(UNKNOWN), after);
  }

  @Test
  void aServiceNeverKnownIsNotFound() {
    store.stop();
    String message =
        Greeter.unavailable(stage.channel("discovery:///orders", provider)).getDescription();
    assertTrue(message.contains(UNKNOWN), message);
  }

  @Test
  void theServicesUsedLastAreRemembered() {
    Memory memory = new Memory();
    Sharing.Key first = key("first");
    LastKnown known = memory.of(first);
    for (int i = 0; i < Memory.SERVICES; i++) {
      memory.of(key("other" + i));
    }
    memory.keep(first, known); // its last channel leaves only now
    for (int i = 1; i < Memory.SERVICES; i++) {
      memory.of(key("another" + i));
    }
    assertTrue(known == memory.of(first), "forgotten too early");
    for (int i = 0; i < Memory.SERVICES; i++) {
      memory.of(key("yet-another" + i));
    }
    assertTrue(known != memory.of(first), "not forgotten");
  }

  private Sharing.Key key(String service) {
    return new Sharing.Key(
        service,
        DiscoveryTarget.parse(URI.create("discovery:///" + service)).registry(),
        Optional.of(registry),
        Addressing.HOST_AND_PORT);
  }
}
