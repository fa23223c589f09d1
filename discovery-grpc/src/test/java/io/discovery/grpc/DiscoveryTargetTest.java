package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiscoveryTargetTest {
  private static DiscoveryTarget parse(String target) {
    return DiscoveryTarget.parse(URI.create(target));
  }

  @ParameterizedTest
  @CsvSource({
    "discovery:///orders, orders",
    "discovery:/orders, orders",
    "DISCOVERY:///Orders, Orders",
    "discovery:///orders%2Feu, orders/eu",
    "discovery:///a%20b%25%E4%B8%AD+c, a b%中+c",
    "discovery:///orders:v1, orders:v1",
    "discovery:///%2E%2E, ..",
  })
  void theServiceIsTheDecodedPath(String target, String service) {
    assertEquals(service, parse(target).service());
    assertTrue(parse(target).registry().isOpen());
  }

  @Test
  void authorityAndQueryChooseTheRegistry() {
    DiscoveryTarget target =
        parse(
            "discovery://etcd/orders?namespace=my%2Fteam&endpoints=h1:2379,h2:2379&etcd.page-size=10");
    assertEquals(Optional.of("etcd"), target.registry().backend());
    assertEquals(
        Map.of("namespace", "my/team", "endpoints", "h1:2379,h2:2379", "etcd.page-size", "10"),
        target.registry().settings());
    assertEquals("my/team", target.registry().config().namespace());
    assertEquals(Optional.of("etcd"), target.registry().config().backend());
    assertEquals(Optional.of("10"), target.registry().config().option("page-size"));
  }

  @Test
  void balancerSettingsConcernNoRegistry() {
    DiscoveryTarget target =
        parse("discovery:///orders?zone=a%20b&lb=discovery&subset=20&slow-start=30s&ttl=5s");
    assertEquals(Map.of("ttl", "5s"), target.registry().settings());
    assertEquals(Optional.of("discovery"), target.balancer().policy());
    assertEquals("zone=a b&slow-start=30s&subset=20", target.balancer().config().toString());
    assertTrue(parse("discovery:///orders?zone=a").registry().isOpen());
    assertEquals(BalancerChoice.OPEN, parse("discovery:///orders?ttl=5s").balancer());
  }

  @Test
  void targetsThatMeanTheSameAreEqual() {
    assertEquals(
        parse("discovery://etcd/orders?ttl=5s&namespace=n"),
        parse("Discovery://etcd/%6Frders?namespace=%6E&ttl=5s"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "discovery:orders | target 'discovery:orders': bad form (expected: discovery:///SERVICE or",
        "discovery:/// | names no service (expected: discovery:///SERVICE",
        "discovery://etcd | names no service (expected: discovery:///SERVICE",
        "discovery:///orders#x | bad form",
        "discovery:///a/b | path: '/a/b' (expected: one segment; a '/' of the name is written %2F",
        "discovery:///%FF | '%FF' (expected: percent-encoded UTF-8)",
        "discovery:///a%00b | service: 'a\\u0000b' (expected: 1..200 UTF-8 bytes",
        "discovery://h1:2379/orders | backend: 'h1:2379' (expected: a backend's name; addresses of the store go into",
        "discovery:///orders?namespce=x | unknown key 'namespce'",
        "discovery:///orders?namespce=x | nearest known key: 'namespace'",
        "discovery:///orders?ttl=soon | ttl: 'soon'",
        "discovery:///orders?zoen=a | unknown key 'zoen' (nearest known key: 'zone'; all: [lb, service-config, zone,",
        "discovery:///orders?slow-strat=3s | nearest known key: 'slow-start'",
        "discovery:///orders?tl=3s | nearest known key: 'ttl'",
        "discovery:///orders?slow-start=3 | slow-start: '3' (expected: a duration such as 30s",
        "discovery:///orders?lb=discovry | lb: 'discovry' (expected: a load balancing policy on the class path",
        "discovery:///orders?zone=a&zone=b | zone: given twice",
        "discovery:///orders?ttl=5s&ttl=6s | ttl: given twice",
        "discovery:///orders?ttl | query (expected: KEY=VALUE",
        "discovery:///orders?=5 | query (expected: KEY=VALUE",
        "discovery:///orders?backend=etcd | backend: belongs before the path",
        "discovery:orders?password=geheim | bad form",
        "discovery:///orders?password=geheim%FF | password: gRPC logs targets",
        "discovery:///orders?password=geheim | password: gRPC logs targets",
      })
  void aBadTargetIsRefusedWithWhatWasExpected(String target, String message) {
    String actual = assertThrows(IllegalArgumentException.class, () -> parse(target)).getMessage();
    assertTrue(actual.contains(message), actual);
    assertTrue(actual.startsWith("target 'discovery:"), actual);
    assertFalse(actual.contains("geheim"), actual);
  }

  @Test
  void aTlsFileIsLookedForWhenTheRegistryIsOpenedSinceItMayComeAndGo() {
    DiscoveryTarget target = parse("discovery:///orders?tls.ca=/no/such/file");
    assertThrows(IllegalArgumentException.class, () -> target.registry().config());
  }
}
