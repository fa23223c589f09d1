package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ConfigTest {
  private static Properties properties(String... pairs) {
    Properties properties = new Properties();
    for (int i = 0; i < pairs.length; i += 2) {
      properties.setProperty(pairs[i], pairs[i + 1]);
    }
    return properties;
  }

  @Test
  void propertiesBeatVariablesAndCodeBeatsBoth() {
    RegistryConfig config =
        ConfigSources.read(
            properties("discovery.ttl", "5s", "discovery.endpoints", "a:1, b:2"),
            Map.of(
                "DISCOVERY_TTL",
                "9s",
                "DISCOVERY_REQUEST_TIMEOUT",
                "700ms",
                "DISCOVERY_TLS",
                "true",
                "OTHER",
                "x"));
    assertEquals(Duration.ofSeconds(5), config.ttl());
    assertEquals(List.of("a:1", "b:2"), config.endpoints());
    assertEquals(Duration.ofMillis(700), config.requestTimeout());
    assertTrue(config.tls());
    assertEquals(Duration.ofSeconds(3), config.withTtl(Duration.ofSeconds(3)).ttl());
  }

  @Test
  void optionsOfABackendHaveItsPrefix() {
    RegistryConfig config =
        ConfigSources.read(
            properties("discovery.etcd.page-size", "7"), Map.of("DISCOVERY_ETCD_RETRY_WAIT", "8"));
    assertEquals(Optional.of("7"), config.withBackend("etcd").option("page-size"));
    assertEquals(Optional.of("8"), config.withBackend("etcd").option("retry-wait"));
    assertEquals(Optional.empty(), config.withBackend("zookeeper").option("page-size"));
  }

  @Test
  void badValuesNameKeyValueExpectationAndOrigin() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> ConfigSources.read(properties("discovery.ttl", "soon"), Map.of()))
            .getMessage();
    assertEquals(
        "ttl: 'soon' from system property discovery.ttl (expected: a duration of more than zero such as 10s)",
        message);
    for (String[] bad :
        new String[][] {
          {"ttl", "0s"},
          {"ttl", "-PT1S"},
          {"endpoints", " , "},
          {"namespace", "a/../b"},
          {"namespace", "a//b"},
          {"format", "xml"},
          {"tls", "yes"},
          {"tls.ca", "/no/such/file"},
          {"max-instances", "0"},
          {"backend", "E!"},
          {"close-timeout", "1m"}
        }) {
      assertThrows(
          IllegalArgumentException.class,
          () -> RegistryConfig.defaults().with(bad[0], bad[1]),
          bad[0]);
    }
  }

  @Test
  void aSlipInCodeNamesTheNearestKey() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> RegistryConfig.defaults().with("endpoint", "x"))
            .getMessage();
    assertTrue(message.contains("nearest known key: 'endpoints'"), message);
  }

  @Test
  void secretsAreNotPrinted() {
    RegistryConfig config =
        RegistryConfig.defaults().withCredentials("joe", "s3cret").with("etcd.token", "t0ken");
    assertFalse(
        config.toString().contains("s3cret") || config.toString().contains("t0ken"),
        config.toString());
    assertTrue(config.toString().contains("joe"));
  }

  @Test
  void theNamespaceIsTheFormatsUnlessSet() {
    assertEquals("/services", RegistryConfig.defaults().withFormat("curator").namespace());
    assertEquals("services", RegistryConfig.defaults().withFormat("etcd-naming").namespace());
    assertEquals("", RegistryConfig.defaults().withNamespace("").namespace());
    assertEquals("/a/b", RegistryConfig.defaults().withNamespace("/a/b/").namespace());
  }
}
