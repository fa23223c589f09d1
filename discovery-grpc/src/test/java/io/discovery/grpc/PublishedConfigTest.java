package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.NameResolver.ServiceConfigParser;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Service configs out of the registry: how they are read, and what they do to a real channel. */
final class PublishedConfigTest {
  private static final String SPREAD = "{\"loadBalancingConfig\":[{\"round_robin\":{}}]}";
  private static final String STICK = "{\"loadBalancingConfig\":[{\"pick_first\":{}}]}";

  private final MemoryStore store = MemoryStore.named("published-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config().withNamespace("n"));
  private final List<Map<String, ?>> parsed = new ArrayList<>();
  private final LastKnown lastKnown = new LastKnown();

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  private PublishedConfig config(Map<String, ?> own) {
    return new PublishedConfig(
        "orders",
        new ServiceConfigParser() {
          @Override
          public ConfigOrError parseServiceConfig(Map<String, ?> raw) {
            parsed.add(raw);
            return raw.containsKey("refused") || raw.containsValue(List.of("refused"))
                ? ConfigOrError.fromError(Status.INVALID_ARGUMENT) // without a word
                : ConfigOrError.fromConfig(raw);
          }
        },
        own);
  }

  private Optional<ConfigOrError> of(PublishedConfig config, Optional<String> text) {
    return config.of(text, lastKnown);
  }

  @Test
  void aBadOneLeavesTheLastGoodOneAndIsLookedAtOnce() {
    PublishedConfig config = config(Map.of());
    assertEquals(Optional.empty(), of(config, Optional.empty()));
    Optional<ConfigOrError> good = of(config, Optional.of("{\"a\":1}"));
    assertEquals(Map.of("a", 1.0), good.orElseThrow().getConfig());
    for (String bad :
        List.of(
            "",
            "{",
            "null",
            "[]",
            "7",
            "{a:1}",
            "{}{}",
            "[".repeat(40) + "]".repeat(40),
            "{\"refused\":true}",
            "{\"a\":\"" + "x".repeat(70_000))) {
      assertEquals(good, of(config, Optional.of(bad)), bad);
      assertEquals(good, of(config, Optional.of(bad)), bad);
    }
    assertEquals(2, parsed.size(), "a good one and one that only the channel could refuse");
    assertEquals(Optional.empty(), of(config, Optional.empty()), "taken back");
  }

  @Test
  void aNewcomerGoesOnWithTheLastGoodOneThatOthersKnow() {
    Optional<String> bad = Optional.of("{\"refused\":true}");
    assertEquals(Optional.empty(), of(config(Map.of()), bad), "nobody knows one");
    PublishedConfig known = config(Map.of());
    Optional<ConfigOrError> good = of(known, Optional.of("{\"a\":1}"));
    of(known, bad);
    PublishedConfig newcomer = config(Map.of());
    assertEquals(good, of(newcomer, bad));
    // Each follows what comes later, and whoever has seen it taken back says so to the next.
    assertEquals(Optional.empty(), of(newcomer, Optional.empty()));
    assertEquals(Optional.empty(), of(config(Map.of()), bad));
    // What only others can use, whose parser knows more, leaves what one has.
    lastKnown.rememberGoodConfig(Map.of(), bad);
    assertEquals(good, of(known, Optional.of("no JSON")));
  }

  @Test
  void whatOnlyThoseWithAnotherTargetCanUseIsNotTheLastGoodOne() {
    Optional<ConfigOrError> good = of(config(Map.of()), Optional.of("{\"a\":1}"));
    Optional<String> bad = Optional.of("{\"loadBalancingConfig\":[\"refused\"]}");
    PublishedConfig replaces = config(Map.of("loadBalancingConfig", List.of("mine")));
    assertTrue(of(replaces, bad).isPresent());
    assertEquals(good, of(config(Map.of()), bad));
  }

  @Test
  void whileTheNewestIsNotKnownTheLastGoodOneCounts() {
    PublishedConfig early = config(Map.of());
    assertEquals(Optional.empty(), early.ofLast(lastKnown));
    Optional<ConfigOrError> good = of(config(Map.of()), Optional.of("{\"a\":1}"));
    assertEquals(good, early.ofLast(lastKnown));
    assertEquals(Optional.empty(), of(early, Optional.empty()), "taken back meanwhile");
  }

  @Test
  void whatIsShownInTheLogIsOneLineFromLeftToRight() {
    assertEquals(
        "a?b?c?d?e?f?g\uD83D\uDE00ü",
        PublishedConfig.shown("a\nb\u0085c\u009Bd\u2028e\u202Ef\uD83Dg\uD83D\uDE00ü"));
    assertEquals(
        "\uD83D\uDE00".repeat(500) + "…", PublishedConfig.shown("\uD83D\uDE00".repeat(501)));
  }

  @Test
  void whatTheTargetSaysGoesBefore() {
    PublishedConfig config = config(Map.of("loadBalancingConfig", List.of("mine")));
    assertEquals(
        Map.of("loadBalancingConfig", List.of("mine"), "methodConfig", List.of()),
        of(config, Optional.of("{\"loadBalancingConfig\":[\"theirs\"],\"methodConfig\":[]}"))
            .orElseThrow()
            .getConfig());
  }

  @Test
  void whatIsPublishedOfTheTargetsOwnPolicySaysMore() {
    PublishedConfig config = config(Map.of("loadBalancingConfig", List.of(Map.of("x", Map.of()))));
    assertEquals(
        Map.of("loadBalancingConfig", List.of(Map.of("x", Map.of("more", 1.0)))),
        of(config, Optional.of("{\"loadBalancingConfig\":[{\"x\":{\"more\":1}}]}"))
            .orElseThrow()
            .getConfig());
  }

  private void publish(String text) {
    store.put("n.settings", "orders", "grpc", text.getBytes(UTF_8));
  }

  private ManagedChannel channel(Registry registry, String target) {
    return stage.build(builder(registry, target));
  }

  private static ManagedChannelBuilder<?> builder(Registry registry, String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
        .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry)
        .defaultLoadBalancingPolicy("pick_first");
  }

  /** Which policy is at work shows in how many servers answer. */
  private static void awaitServers(int count, ManagedChannel channel) {
    Await.until(
        count + " servers answer",
        Stage.SOON,
        () -> {
          List<String> names = new ArrayList<>();
          for (int i = 0; i < 12; i++) {
            names.add(Greeter.call(channel));
          }
          return names.stream().distinct().count() == count;
        });
  }

  @Test
  void aPublishedPolicyReachesTheChannelAndABadOneFailsNoCall() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    stage.greeter("b", registry, "orders");
    ManagedChannel channel = channel(registry, "discovery:///orders");
    ManagedChannel deaf = channel(registry, "discovery:///orders?service-config=false");
    ManagedChannel deafByCode =
        stage.build(builder(registry, "discovery:///orders").disableServiceConfigLookUp());
    awaitServers(1, channel);
    publish(SPREAD);
    awaitServers(2, channel);
    publish("{\"loadBalancingConfig\":[{\"no_such_policy\":{}}]}");
    publish("not JSON at all");
    awaitServers(2, channel);
    awaitServers(1, deaf);
    awaitServers(1, deafByCode);
    publish(STICK);
    awaitServers(1, channel);
    publish(SPREAD);
    awaitServers(2, channel);
    store.delete("n.settings", "orders", "grpc");
    awaitServers(1, channel);
  }

  @Test
  void aBadFirstOneFailsNoCall() {
    Registry registry = stage.registry();
    publish("{\"loadBalancingConfig\":[{\"no_such_policy\":{}}]}");
    stage.greeter("a", registry, "orders");
    awaitServers(1, channel(registry, "discovery:///orders"));
  }

  /** Also one that leaves idle mode, which is a new one to the resolver. */
  @Test
  void channelsBornWhileABadOneStandsThereUseTheLastGoodOne() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    stage.greeter("b", registry, "orders");
    ManagedChannel channel = channel(registry, "discovery:///orders");
    publish(SPREAD);
    awaitServers(2, channel);
    try (Log log = new Log()) {
      publish("{\"methodConfig\": 7}");
      Await.until("it is seen", Stage.SOON, () -> !log.warnings().isEmpty());
      awaitServers(2, channel(registry, "discovery:///orders"));
      channel.enterIdle();
      awaitServers(2, channel);
      assertTrue(
          log.warnings().get(0).contains("service config of {0} is bad and changes nothing"),
          log.warnings()::toString);
    }
    publish(STICK);
    awaitServers(1, channel);
  }

  @Test
  void theLastGoodOneIsThatOfChannelsWithTheSameTarget() {
    Registry registry = stage.registry();
    stage.greeter("a", registry, "orders");
    stage.greeter("b", registry, "orders");
    publish(SPREAD);
    awaitServers(2, channel(registry, "discovery:///orders"));
    try (Log log = new Log()) {
      publish("{\"loadBalancingConfig\":[{\"no_such_policy\":{}}]}");
      Await.until("it is seen", Stage.SOON, () -> !log.warnings().isEmpty());
      awaitServers(1, channel(registry, "discovery:///orders?lb=pick_first"));
      awaitServers(2, channel(registry, "discovery:///orders"));
    }
  }

  @Test
  void theLastGoodOneOutlivesTheWatchAndATimeWithoutInstances() {
    Registry registry = stage.registry();
    DiscoveryNameResolverProvider provider = Stage.provider(Duration.ofMillis(1), registry);
    Greeter a = stage.greeter("a");
    Greeter b = stage.greeter("b");
    List<Registration> registrations =
        List.of(stage.register(registry, "orders", a), stage.register(registry, "orders", b));
    publish(SPREAD);
    ManagedChannel channel = stage.channel("discovery:///orders", provider);
    awaitServers(2, channel);
    channel.enterIdle();
    Await.until("no watch is left", Stage.SOON, () -> store.census().watches().getAsLong() == 0);
    publish("{\"methodConfig\": 7}");
    awaitServers(2, channel);
    registrations.forEach(Registration::close);
    Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
    stage.register(registry, "orders", a);
    stage.register(registry, "orders", b);
    awaitServers(2, stage.channel("discovery:///orders", provider));
  }

  @Test
  void theSwitchIsTrueOrFalse() {
    Registry registry = stage.registry();
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> channel(registry, "discovery:///orders?service-config=off"));
    assertEquals(
        "target 'discovery:///orders': service-config: 'off' (expected: true or false)",
        refused.getMessage());
  }
}
