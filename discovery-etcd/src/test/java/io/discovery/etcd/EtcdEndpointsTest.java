package io.discovery.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.RegistryConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints as users write them. */
class EtcdEndpointsTest {
  @Test
  void theLocalMachineByDefault() {
    EtcdEndpoints endpoints = EtcdEndpoints.of(RegistryConfig.defaults());
    assertEquals("ip:///127.0.0.1:2379", endpoints.target());
    assertFalse(endpoints.tls());
  }

  @Test
  void severalMembersWithOrWithoutScheme() {
    EtcdEndpoints endpoints = parse("http://a:1", "b_1.example:2", "[::1]:3", "http://10.0.0.1:4/");
    assertEquals("ip:///a:1,b_1.example:2,%5B::1%5D:3,10.0.0.1:4", endpoints.target());
    assertEquals("a:1,b_1.example:2,[::1]:3,10.0.0.1:4", endpoints.toString());
    assertTrue(parse("https://a:1", "b:2").tls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "a:0",
        "a:65536",
        "a:x",
        ":2379",
        "ftp://a:1",
        "http://user:secret@a:1",
        "a:1/v3",
        "::1:2379",
        "a b:1",
        "[::g]:1"
      })
  void aBadFormSaysValueAndExpectation(String endpoint) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> parse(endpoint)).getMessage();
    assertTrue(message.startsWith("endpoints: '" + endpoint + "' (expected: "), message);
  }

  @Test
  void plainTextAndTlsDoNotMix() {
    assertThrows(IllegalArgumentException.class, () -> parse("https://a:1", "http://b:2"));
  }

  private static EtcdEndpoints parse(String... endpoints) {
    return EtcdEndpoints.of(RegistryConfig.defaults().withEndpoints(endpoints));
  }
}
