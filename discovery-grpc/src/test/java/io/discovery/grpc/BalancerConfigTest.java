package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BalancerConfigTest {
  private static final BalancerConfig ALL =
      BalancerConfig.defaults()
          .withZone("a")
          .withZoneKey("rack")
          .withZoneMinimum(50)
          .withSlowStart(Duration.ofSeconds(30))
          .withSubset(20)
          .withClientKey("pod-7");

  private final LoadBalancerProvider provider =
      LoadBalancerRegistry.getDefaultRegistry().getProvider("discovery");

  @Test
  void grpcFindsThePolicy() {
    assertInstanceOf(DiscoveryLoadBalancerProvider.class, provider);
  }

  @Test
  void aServiceConfigHoldsAllSettingsAndReadsBack() {
    Map<String, ?> json =
        Map.of(
            "zone", "a",
            "zoneKey", "rack",
            "zoneMinimum", 50.0,
            "slowStart", "30s",
            "subset", 20.0,
            "clientKey", "pod-7");
    assertEquals(
        Map.of("loadBalancingConfig", List.of(Map.of("discovery", json))), ALL.serviceConfig());
    assertEquals(ConfigOrError.fromConfig(ALL), provider.parseLoadBalancingPolicyConfig(json));
    assertEquals(
        ConfigOrError.fromConfig(BalancerConfig.defaults()),
        provider.parseLoadBalancingPolicyConfig(Map.of()));
  }

  @Test
  void textReadsBackAndSaysWhatIsSet() {
    BalancerConfig read = BalancerConfig.defaults();
    for (String pair : ALL.toString().split("&", -1)) {
      int equals = pair.indexOf('=');
      read = read.with(pair.substring(0, equals), pair.substring(equals + 1));
    }
    assertEquals(ALL, read);
    assertEquals(ALL.hashCode(), read.hashCode());
    assertEquals("", BalancerConfig.defaults().toString());
    assertEquals(
        "slow-start=1500ms", BalancerConfig.defaults().with("slow-start", "1.5s").toString());
  }

  @Test
  void theNearerSettingOverridesTheOther() {
    BalancerConfig nearer = BalancerConfig.defaults().withZone("b").withSubset(0);
    BalancerConfig merged = nearer.over(ALL);
    assertEquals("b", merged.zone());
    assertEquals(0, merged.subset());
    assertEquals("rack", merged.zoneKey());
    assertEquals(0.5, merged.zoneMinimum());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "zone-minimum | 101 | zone-minimum: '101' (expected: a percentage, 0..100)",
        "zone-minimum | -1 | zone-minimum: '-1' (expected: a percentage, 0..100)",
        "zone-key | '' | zone-key: '' (expected: a metadata key)",
        "slow-start | 30 | slow-start: '30' (expected: a duration such as 30s, at most 24h)",
        "slow-start | 25h | slow-start: '25h' (expected: a duration such as 30s, at most 24h)",
        "subset | many | subset: 'many' (expected: how many instances to connect, 0..1000000, 0 for all)",
        "subste | 20 | unknown key 'subste' (nearest known key: 'subset'; all: [zone, zone-key, zone-minimum, slow-start, subset, client-key])",
      })
  void aBadSettingIsRefusedWithWhatWasExpected(String key, String value, String message) {
    BalancerConfig defaults = BalancerConfig.defaults();
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> defaults.with(key, value)).getMessage());
  }

  @Test
  void aBadServiceConfigIsAnErrorAndNoException() {
    Map<Map<String, Object>, String> expected = new HashMap<>();
    expected.put(Map.of("subset", 1.5), "subset: '1.5' (expected: how many instances");
    expected.put(Map.of("subset", 1e30), "subset: '1.0E30' (expected: how many instances");
    expected.put(Map.of("subset", Double.NaN), "subset: 'NaN' (expected: how many instances");
    expected.put(Map.of("slowStart", true), "slowStart: 'true' (expected: a duration");
    expected.put(Map.of("slowStart", 30.0), "slowStart: '30.0' (expected: a duration");
    expected.put(Map.of("zone", List.of()), "zone: '[]' (expected: the name of a zone)");
    expected.put(
        Map.of("slowstart", "30s"), "(nearest known key: 'slowStart'; all: [zone, zoneKey");
    Map<String, Object> withNull = new HashMap<>();
    withNull.put("zone", null);
    expected.put(withNull, "zone: 'null' (expected: the name of a zone)");
    expected.forEach(
        (json, message) -> {
          Status error = provider.parseLoadBalancingPolicyConfig(json).getError();
          assertEquals(Status.Code.UNAVAILABLE, error.getCode());
          assertTrue(error.getDescription().startsWith("policy discovery: "), error::toString);
          assertTrue(error.getDescription().contains(message), error::toString);
        });
  }
}
