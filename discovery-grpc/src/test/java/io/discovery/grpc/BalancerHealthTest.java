package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The policy {@code discovery} together with what else gRPC has to leave instances out. */
final class BalancerHealthTest {
  private final MemoryStore store = MemoryStore.named("health-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Fleet fleet = new Fleet(stage);

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
    fleet.serve(ill, 9);
    fleet.serve(good, 1);
    Map<String, Object> config = BalancerConfig.defaults().serviceConfig();
    config.put("healthCheckConfig", Map.of("serviceName", "orders"));
    ManagedChannel channel = fleet.configured(config);
    assertEquals(Map.of("good", 100.0), Fleet.shares(channel));
    illHealth.setStatus("orders", ServingStatus.SERVING);
    Fleet.awaitShares(channel, Map.of("ill", 90.0, "good", 10.0));
    illHealth.setStatus("orders", ServingStatus.NOT_SERVING);
    Fleet.awaitShares(channel, Map.of("good", 100.0));
    assertEquals(1, ill.connections());
  }

  @Test
  void anotherPolicyMayChooseTheInstances() {
    List.of("a", "b", "c").forEach(name -> fleet.serve(stage.greeter(name), 1));
    Map<String, ?> two =
        Map.of(
            "subsetSize",
            2.0,
            "childPolicy",
            BalancerConfig.defaults().serviceConfig().get("loadBalancingConfig"));
    ManagedChannel channel =
        fleet.configured(
            Map.of("loadBalancingConfig", List.of(Map.of("random_subsetting_experimental", two))));
    Await.until("two answer", Stage.SOON, () -> Fleet.shares(channel).size() == 2);
    Fleet.shares(channel).values().forEach(share -> assertEquals(50, share, 3));
  }

  @Test
  void outlierDetectionEjectsInstances() {
    fleet.serve(stage.greeter("a"), 1);
    fleet.serve(stage.greeter("b"), 1);
    fleet.serve(stage.greeter(Greeter.failing()), 2);
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
        fleet.configured(
            Map.of(
                "loadBalancingConfig",
                List.of(Map.of("outlier_detection_experimental", outliers))));
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
    Fleet.awaitShares(channel, Map.of("a", 50.0, "b", 50.0));
  }
}
