package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Golden bytes: what is deployed reads these, so they never change (rule 1.4). */
class CodecsTest {
  private static final Instant REGISTERED = Instant.ofEpochMilli(1_700_000_000_000L);
  private static final ServiceInstance PLAIN =
      new ServiceInstance("greeter", "i-1", "10.0.0.1", 8080, 1, Map.of());
  private static final ServiceInstance RICH =
      new ServiceInstance(
          "greeter", "i-1", "2001:db8::1", 8080, 3, Map.of("zone", "a", "k", "ü\"\\"));

  private static final InstanceCodec ETCD = Codecs.named("etcd-naming");
  private static final InstanceCodec CURATOR = Codecs.named("curator");

  private static String text(InstanceCodec codec, ServiceInstance instance) {
    return new String(codec.encode(instance, REGISTERED), UTF_8);
  }

  private static ServiceInstance decode(InstanceCodec codec, String json)
      throws BadRecordException {
    return codec.decode("greeter", "i-1", json.getBytes(UTF_8));
  }

  @Test
  void goldenEtcdNaming() {
    assertEquals("{\"Op\":0,\"Addr\":\"10.0.0.1:8080\",\"Metadata\":null}", text(ETCD, PLAIN));
    assertEquals(
        "{\"Op\":0,\"Addr\":\"[2001:db8::1]:8080\",\"Metadata\":null,\"Discovery\":{\"id\":\"i-1\",\"weight\":3,"
            + "\"metadata\":{\"k\":\"ü\\\"\\\\\",\"zone\":\"a\"}}}",
        text(ETCD, RICH));
  }

  @Test
  void goldenCurator() {
    String plain =
        "{\"name\":\"greeter\",\"id\":\"i-1\",\"address\":\"10.0.0.1\",\"port\":8080,\"sslPort\":null,\"payload\":null,"
            + "\"registrationTimeUTC\":1700000000000,\"serviceType\":\"DYNAMIC\",\"uriSpec\":null}";
    assertEquals(plain, text(CURATOR, PLAIN));
    assertEquals(
        "{\"name\":\"greeter\",\"id\":\"i-1\",\"address\":\"2001:db8::1\",\"port\":8080,\"sslPort\":null,\"payload\":null,"
            + "\"registrationTimeUTC\":1700000000000,\"serviceType\":\"DYNAMIC\",\"uriSpec\":null,"
            + "\"discovery\":{\"weight\":3,\"metadata\":{\"k\":\"ü\\\"\\\\\",\"zone\":\"a\"}}}",
        text(CURATOR, RICH));
  }

  @Test
  void recordsShareTheNamesOfTheirMetadata() throws BadRecordException {
    for (InstanceCodec codec : List.of(ETCD, CURATOR)) {
      byte[] record = codec.encode(RICH, REGISTERED);
      ServiceInstance first = codec.decode("greeter", "1", record);
      ServiceInstance second = codec.decode("greeter", "2", record);
      assertEquals(RICH.metadata(), first.metadata());
      assertSame(name(first), name(second), "a string for each record");
    }
  }

  private static String name(ServiceInstance instance) {
    return instance.metadata().keySet().iterator().next();
  }

  @Test
  void everyValidInstanceRoundTrips() throws BadRecordException {
    Random random = new Random(7);
    for (InstanceCodec codec : List.of(ETCD, CURATOR)) {
      for (int i = 0; i < 500; i++) {
        Map<String, String> metadata = new TreeMap<>();
        for (int k = random.nextInt(5); k > 0; k--) {
          metadata.put("k" + any(random), any(random));
        }
        String host =
            random.nextBoolean()
                ? "host-" + random.nextInt(99) + ".example"
                : "fe80::" + random.nextInt(99);
        ServiceInstance instance =
            new ServiceInstance(
                "greeter",
                "i" + any(random),
                host,
                1 + random.nextInt(65535),
                random.nextInt(3),
                metadata);
        assertEquals(
            instance, codec.decode("greeter", instance.id(), codec.encode(instance, REGISTERED)));
      }
    }
  }

  /**
   * Any well-formed text that is no control character: quotes, backslashes, line separators, emoji.
   */
  private static String any(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      int c = random.nextInt(4) == 0 ? 0x1f600 + random.nextInt(50) : 0x20 + random.nextInt(0x2100);
      text.appendCodePoint(c >= 0x7f && c < 0xa0 ? '"' : c);
    }
    return text.toString();
  }

  @Test
  void whatOthersWriteIsRead() throws BadRecordException {
    assertEquals(PLAIN, decode(ETCD, "{\"addr\":\"10.0.0.1:8080\"}"));
    assertEquals(
        PLAIN, decode(ETCD, "{\"ADDR\":\"10.0.0.1:8080\",\"new\":{\"a\":[1,{}]},\"Op\":0}"));
    assertEquals(
        PLAIN.withMetadata("zone", "b"),
        decode(ETCD, "{\"Addr\":\"10.0.0.1:8080\",\"Metadata\":{\"zone\":\"b\"}}"));
    assertEquals(PLAIN, decode(CURATOR, "{\"address\":\"10.0.0.1\",\"port\":\"8080\"}"));
    assertEquals(
        PLAIN, decode(CURATOR, "{\"address\":\"10.0.0.1\",\"port\":null,\"sslPort\":8080}"));
    assertEquals(
        PLAIN.withMetadata(Map.of("instance_status", "UP")),
        decode(
            CURATOR,
            "{\"address\":\"10.0.0.1\",\"port\":8080,\"payload\":{\"@class\":\"org.springframework.cloud.zookeeper"
                + ".discovery.ZookeeperInstance\",\"id\":\"x\",\"metadata\":{\"instance_status\":\"UP\"}}}"));
    assertEquals(
        PLAIN.withMetadata(Map.of("a", "1", "b", "true")),
        decode(
            CURATOR,
            "{\"address\":\"10.0.0.1\",\"port\":8080,\"payload\":{\"@class\":\"java.util.HashMap\",\"a\":1,\"b\":true}}"));
  }

  @Test
  void whatIsNoInstanceIsABadRecordAndNothingElse() {
    String deep = "[".repeat(5_000) + "]".repeat(5_000);
    for (InstanceCodec codec : List.of(ETCD, CURATOR)) {
      for (String bad :
          List.of(
              "",
              " ",
              "garbage",
              "null",
              "{}",
              "[]",
              "1",
              "\"x\"",
              "{",
              "{\"Addr\":",
              "{\"Addr\":1}",
              "{\"Addr\":\"x\"}",
              "{\"Addr\":\"x:\"}",
              "{\"Addr\":\":1\"}",
              "{\"Addr\":\"h:99999\"}",
              "{\"Addr\":\"h:1\"} {}",
              "{\"Addr\":\"h:1\",\"Discovery\":{\"weight\":\"3\"}}",
              "{\"Addr\":\"h:1\",\"Discovery\":{\"weight\":1.5}}",
              "{\"Addr\":\"h:1\",\"Discovery\":{\"weight\":-1}}",
              "{\"Addr\":\"h:1\",\"Discovery\":{\"weight\":99999999999}}",
              "{'Addr':'h:1'}",
              "{\"address\":\"h\"}",
              "{\"address\":null,\"port\":1}",
              "{\"address\":\"h\",\"port\":0}",
              "{\"address\":\"h\",\"port\":1e3}",
              "{\"address\":\"h\",\"port\":\"x\"}",
              "{\"address\":\"a b\",\"port\":1}",
              "{\"address\":{},\"port\":1}",
              "{\"Addr\":\"h:1\",\"address\":\"h\",\"port\":1,\"x\":" + deep + "}")) {
        assertThrows(BadRecordException.class, () -> decode(codec, bad), codec.name() + ": " + bad);
      }
      assertThrows(
          BadRecordException.class,
          () -> codec.decode("greeter", "i-1", new byte[] {'{', (byte) 0xff, '}'}));
      byte[] huge = new byte[1 << 20];
      Arrays.fill(huge, (byte) ' ');
      assertThrows(BadRecordException.class, () -> codec.decode("greeter", "i-1", huge));
    }
  }

  @Test
  void randomDamageNeverEscapes() {
    Random random = new Random(11);
    for (InstanceCodec codec : List.of(ETCD, CURATOR)) {
      for (int i = 0; i < 3_000; i++) {
        byte[] bytes = codec.encode(RICH, REGISTERED);
        for (int k = 1 + random.nextInt(4); k > 0; k--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try {
          codec.decode("greeter", "i-1", bytes);
        } catch (BadRecordException expected) {
          assertFalse(
              expected.getMessage().chars().anyMatch(Character::isISOControl),
              "safe to log (rule 7.5)");
        }
      }
    }
  }
}
