package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What calls experience under the policy {@code discovery}, with real channels and servers. */
final class BalancerTest {
  private final MemoryStore store = MemoryStore.named("balancer-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  @AfterEach
  void close() {
    stage.close();
  }

  private Registration serve(Greeter greeter, UnaryOperator<ServiceInstance> change) {
    return stage.register(
        registry, change.apply(ServiceInstance.of("orders", "127.0.0.1", greeter.port())));
  }

  private Registration serve(Greeter greeter, int weight) {
    return serve(greeter, instance -> instance.withWeight(weight));
  }

  private static void weigh(Registration registration, int weight) {
    registration.update(instance -> instance.withWeight(weight)).join();
  }

  private Greeter serveIn(String zone, String name) {
    Greeter greeter = stage.greeter(name);
    serve(greeter, instance -> instance.withMetadata("zone", zone));
    return greeter;
  }

  private Greeter serveVersion(String version) {
    Greeter greeter = stage.greeter(version);
    serve(greeter, instance -> instance.withMetadata("version", version));
    return greeter;
  }

  private ManagedChannelBuilder<?> builder(String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
        .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry);
  }

  private ManagedChannel channel() {
    return channel("");
  }

  /** Returns a channel whose target has this query beside the policy. */
  private ManagedChannel channel(String query) {
    return stage.build(builder("discovery:///orders?lb=discovery" + query));
  }

  /** Returns how many of a hundred calls each server answers. */
  private static Map<String, Double> shares(ManagedChannel channel) {
    Map<String, Double> shares = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      shares.merge(Greeter.call(channel), 0.5, Double::sum);
    }
    return shares;
  }

  /** Waits until each server answers so many of a hundred calls, give or take three. */
  private static void awaitShares(ManagedChannel channel, Map<String, Double> expected) {
    Map<String, Double> last = new HashMap<>();
    Await.until(
        () -> "shares of " + expected + ", last " + last,
        Stage.SOON,
        () -> {
          last.clear();
          last.putAll(shares(channel));
          return last.keySet().equals(expected.keySet())
              && expected.entrySet().stream()
                  .allMatch(share -> Math.abs(share.getValue() - last.get(share.getKey())) <= 3);
        });
  }

  @Test
  void weightsAreSharesOfTheCallsAndNewOnesCountOnTheSameConnections() {
    Greeter a = stage.greeter("a");
    Greeter b = stage.greeter("b");
    Greeter c = stage.greeter("c");
    Registration ofA = serve(a, 1);
    Registration ofB = serve(b, 3);
    Registration ofC = serve(c, 6);
    ManagedChannel channel = channel();
    awaitShares(channel, Map.of("a", 10.0, "b", 30.0, "c", 60.0));
    weigh(ofA, 8);
    weigh(ofB, 1);
    weigh(ofC, 1);
    awaitShares(channel, Map.of("a", 80.0, "b", 10.0, "c", 10.0));
    assertEquals(List.of(1, 1, 1), List.of(a.connections(), b.connections(), c.connections()));
  }

  @Test
  void weightZeroDrainsAndIfAllDrainCallsFailAndSayWhy() {
    Greeter a = stage.greeter("a");
    Greeter b = stage.greeter("b");
    Registration ofA = serve(a, 1);
    Registration ofB = serve(b, 1);
    ManagedChannel channel = channel();
    awaitShares(channel, Map.of("a", 50.0, "b", 50.0));
    weigh(ofA, 0);
    awaitShares(channel, Map.of("b", 100.0));
    weigh(ofB, 0);
    Await.until("calls fail", Stage.SOON, () -> !Greeter.answers(channel));
    int calls = a.calls() + b.calls();
    assertEquals(
        "all 2 instances of orders drain (weight 0)",
        Greeter.unavailable(channel).getDescription());
    assertEquals(calls, a.calls() + b.calls());
    weigh(ofA, 5);
    Await.until("calls succeed", Stage.SOON, () -> Greeter.answers(channel));
    assertEquals(List.of(1, 1), List.of(a.connections(), b.connections()));
  }

  @Test
  void callsStayInTheZoneMoveWhenItDiesAndReturnWithIt() {
    Greeter a = serveIn("a", "a");
    int port = a.port();
    serveIn("b", "b");
    ManagedChannel channel = channel("&zone=a");
    awaitShares(channel, Map.of("a", 100.0));
    a.close();
    Await.until("the zone is given up", Stage.SOON, () -> Greeter.answers(channel));
    assertEquals(Map.of("b", 100), rounded(shares(channel)));
    stage.greeter(
        new Greeter(
            "a",
            NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                InsecureServerCredentials.create())));
    Await.until("calls return", Stage.SOON, () -> Greeter.call(channel).equals("a"));
    assertEquals(Map.of("a", 100), rounded(shares(channel)));
  }

  private static Map<String, Integer> rounded(Map<String, Double> shares) {
    Map<String, Integer> rounded = new HashMap<>();
    shares.forEach((name, share) -> rounded.put(name, (int) Math.round(share)));
    return rounded;
  }

  @Test
  void aZoneTooSmallSpillsOver() {
    serveIn("a", "a1");
    serveIn("b", "b1");
    serveIn("b", "b2");
    serveIn("b", "b3");
    // A quarter of the weight where half would be fair.
    awaitShares(
        channel("&zone=a&zone-minimum=100"),
        Map.of("a1", 50.0, "b1", 50 / 3.0, "b2", 50 / 3.0, "b3", 50 / 3.0));
    awaitShares(channel("&zone=a&zone-minimum=50"), Map.of("a1", 100.0));
    awaitShares(channel("&zone=c"), Map.of("a1", 25.0, "b1", 25.0, "b2", 25.0, "b3", 25.0));
  }

  @Test
  void aCallGoesWhereItsRoutingSays() {
    Greeter v1 = serveVersion("v1");
    Greeter v2 = serveVersion("v2");
    ManagedChannel channel = channel();
    CallOptions required =
        CallOptions.DEFAULT.withOption(Routing.KEY, Routing.require("version", "v2"));
    for (int i = 0; i < 20; i++) {
      assertEquals("v2", Greeter.call(channel, required));
    }
    CallOptions preferred =
        CallOptions.DEFAULT.withOption(Routing.KEY, Routing.prefer("version", "v2"));
    Await.until("v1 is there, too", Stage.SOON, () -> Greeter.call(channel).equals("v1"));
    for (int i = 0; i < 20; i++) {
      assertEquals("v2", Greeter.call(channel, preferred));
    }
    v2.close();
    Await.until(
        "the preference is given up",
        Stage.SOON,
        () -> Greeter.call(channel, preferred).equals("v1"));
    assertEquals(
        Status.Code.UNAVAILABLE,
        assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel, required))
            .getStatus()
            .getCode());
    assertTrue(v1.calls() > 0);
  }

  @Test
  void aRoutingThatNobodyFitsFailsTheCallAndSaysWhatThereIs() {
    serveVersion("v1");
    serveVersion("v2");
    ManagedChannel channel = channel();
    CallOptions options =
        CallOptions.DEFAULT.withOption(Routing.KEY, Routing.require("version", "v3"));
    Status status =
        assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel, options))
            .getStatus();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    assertEquals(
        "no instance of orders has [version=v3] (its 2 instances have version: 'v1', 'v2')",
        status.getDescription());
  }

  @Test
  void aCallThatIsReadyToWaitGetsTheInstanceThatFitsLater() {
    serveVersion("v1");
    ManagedChannel channel = channel();
    assertEquals("v1", Greeter.call(channel));
    CallOptions options =
        CallOptions.DEFAULT
            .withOption(Routing.KEY, Routing.require("version", "v2"))
            .withWaitForReady();
    List<String> answers = new ArrayList<>();
    Thread caller = new Thread(() -> answers.add(Greeter.call(channel, options)), "caller");
    caller.start();
    serveVersion("v2");
    assertTrue(ends(caller), "the call waits in vain");
    assertEquals(List.of("v2"), answers);
  }

  private static boolean ends(Thread thread) {
    try {
      thread.join(Stage.SOON.toMillis());
      return !thread.isAlive();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Test
  void aCallLearnsItsInstanceAndSoDoesAnInterceptor() {
    Greeter a = stage.greeter("a");
    ServiceInstance instance = serve(a, 3).instance();
    List<String> seen = new ArrayList<>();
    ManagedChannel channel =
        stage.build(
            builder("discovery:///orders")
                .defaultLoadBalancingPolicy("discovery")
                .intercept(
                    PickedInstance.interceptor(
                        (method, picked, status) ->
                            seen.add(
                                method.getBareMethodName()
                                    + " "
                                    + picked.orElseThrow().id()
                                    + " "
                                    + status.getCode()))));
    PickedInstance picked = new PickedInstance();
    assertEquals(Optional.empty(), picked.instance());
    Greeter.call(channel, CallOptions.DEFAULT.withOption(PickedInstance.KEY, picked));
    assertEquals(Optional.of(instance), picked.instance());
    assertEquals(List.of("Name " + instance.id() + " OK"), seen);
  }

  @Test
  void anInstanceThatSaysItIsIllGetsNoCalls() {
    HealthStatusManager illHealth = new HealthStatusManager();
    HealthStatusManager goodHealth = new HealthStatusManager();
    goodHealth.setStatus("orders", ServingStatus.SERVING);
    illHealth.setStatus("orders", ServingStatus.NOT_SERVING);
    Greeter ill =
        stage.greeter(
            new Greeter(
                "ill", Greeter.builder("127.0.0.1").addService(illHealth.getHealthService())));
    Greeter good =
        stage.greeter(
            new Greeter(
                "good", Greeter.builder("127.0.0.1").addService(goodHealth.getHealthService())));
    serve(ill, 9);
    serve(good, 1);
    Map<String, Object> config = BalancerConfig.defaults().serviceConfig();
    config.put("healthCheckConfig", Map.of("serviceName", "orders"));
    ManagedChannel channel =
        stage.build(builder("discovery:///orders").defaultServiceConfig(config));
    assertEquals(Map.of("good", 100), rounded(shares(channel)));
    illHealth.setStatus("orders", ServingStatus.SERVING);
    awaitShares(channel, Map.of("ill", 90.0, "good", 10.0));
    illHealth.setStatus("orders", ServingStatus.NOT_SERVING);
    awaitShares(channel, Map.of("good", 100.0));
    assertEquals(1, ill.connections());
  }

  @Test
  void outlierDetectionEjectsInstances() {
    serve(stage.greeter("a"), 1);
    serve(stage.greeter("b"), 1);
    serve(stage.greeter(Greeter.failing()), 2);
    Map<String, ?> outliers =
        Map.of(
            "interval",
            "0.2s",
            "baseEjectionTime",
            "60s",
            "maxEjectionPercent",
            50.0,
            "failurePercentageEjection",
            Map.of("threshold", 50.0, "minimumHosts", 2.0, "requestVolume", 5.0),
            "childPolicy",
            BalancerConfig.defaults().withZone("a").serviceConfig().get("loadBalancingConfig"));
    ManagedChannel channel =
        stage.build(
            builder("discovery:///orders")
                .defaultServiceConfig(
                    Map.of(
                        "loadBalancingConfig",
                        List.of(Map.of("outlier_detection_experimental", outliers)))));
    Await.until("a failure", Stage.SOON, () -> !Greeter.answers(channel));
    Await.until(
        "a hundred calls without failure",
        Stage.SOON,
        () -> {
          for (int i = 0; i < 100; i++) {
            if (!Greeter.answers(channel)) {
              return false;
            }
          }
          return true;
        });
    awaitShares(channel, Map.of("a", 50.0, "b", 50.0));
  }

  @Test
  void drainingByWeightEndsTheCallsWhileTheServerIsStillRegistered() throws Exception {
    Greeter b = stage.greeter("b");
    serve(b, 1);
    RegisteredServer a =
        RegisteredServer.builder(
                registry, Greeter.builder("127.0.0.1").addService(Greeter.service(() -> "a")))
            .advertise("127.0.0.1")
            .service("orders")
            .drainByWeight()
            .quietPeriod(Stage.SOON)
            .register();
    stage.atEnd(() -> a.server().shutdownNow());
    try (Traffic traffic = new Traffic(channel(""))) {
      traffic.awaitMoreFrom("a", "b");
      Thread leaving = new Thread(a::close, "leaving");
      leaving.start();
      Await.until(
          "no more calls of a",
          Stage.SOON,
          () -> {
            int before = traffic.answers("a");
            traffic.awaitMore();
            return traffic.answers("a") == before;
          });
      Snapshot listed = registry.list("orders", Stage.SOON);
      assertEquals(
          List.of(0, 1),
          listed.instances().stream().map(ServiceInstance::weight).sorted().toList());
      a.server().shutdown(); // enough: ends the quiet period
      leaving.join();
      traffic.assertNoFailure();
    }
  }

  @Test
  void aBurstOfUpdatesDisturbsNoCall() {
    Greeter a = stage.greeter("a");
    Greeter b = stage.greeter("b");
    Registration ofA = serve(a, 1);
    serve(b, 10);
    try (Traffic traffic = new Traffic(channel("&zone=z&subset=2"))) {
      traffic.awaitMoreFrom("a", "b");
      for (int weight = 0; weight < 1_000; weight++) {
        weigh(ofA, weight % 20);
      }
      traffic.awaitMoreFrom("a", "b");
      traffic.assertNoFailure();
    }
    assertEquals(List.of(1, 1), List.of(a.connections(), b.connections()));
  }

  @Test
  void settingsReachThePolicyWithoutAServiceConfig() {
    serveIn("a", "a");
    serveIn("b", "b");
    ManagedChannel byTarget =
        stage.build(builder("discovery:///orders?zone=a").defaultLoadBalancingPolicy("discovery"));
    ManagedChannel byArgument =
        stage.build(
            builder("discovery:///orders")
                .defaultLoadBalancingPolicy("discovery")
                .setNameResolverArg(
                    DiscoveryNameResolverProvider.BALANCER,
                    BalancerConfig.defaults().withZone("a")));
    ManagedChannel targetBeforeConfig =
        stage.build(
            builder("discovery:///orders?zone=a")
                .defaultServiceConfig(BalancerConfig.defaults().withZone("b").serviceConfig()));
    for (ManagedChannel channel : List.of(byTarget, byArgument, targetBeforeConfig)) {
      awaitShares(channel, Map.of("a", 100.0));
    }
  }

  @Test
  void channelsOfDifferentZonesShareOneWatch() {
    serveIn("a", "a");
    serveIn("b", "b");
    awaitShares(channel("&zone=a"), Map.of("a", 100.0));
    awaitShares(channel("&zone=b"), Map.of("b", 100.0));
    assertEquals(2, store.census().watches().getAsLong(), "of the instances and of the settings");
  }
}
