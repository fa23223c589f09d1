package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void everyNameSurvivesAsOneHarmlessSegmentOfItsOwn() {
    List<String> names =
        List.of(
            "orders",
            "orders-eu",
            "orders/x",
            "Orders",
            ".",
            "..",
            "...",
            "zookeeper",
            "a b",
            "%",
            "%2F",
            "/",
            "a%b",
            "10.0.0.1:8080",
            "[::1]:80",
            "grün",
            "😀",
            "\u00a0",
            "+",
            "a\\b",
            "?x=1#y",
            "~@_-.");
    Set<String> segments = new HashSet<>();
    for (String name : names) {
      String segment = Names.encode(name);
      assertTrue(segment.matches("[A-Za-z0-9._~:@%-]+"), segment);
      assertTrue(!Set.of(".", "..", "zookeeper").contains(segment), segment);
      assertTrue(segments.add(segment), "two names share " + segment);
      assertEquals(name, Names.decode(segment));
    }
    assertEquals(
        "10.0.0.1:8080",
        Names.encode("10.0.0.1:8080"),
        "readable in the store, and as Go writes it");
  }

  @Test
  void anInstanceIsSafeToLog() {
    ServiceInstance instance =
        ServiceInstance.of("orders", "10.0.0.1", 8080)
            .withMetadata("v", "\nWARNING all is lost \u001b[31m" + "x".repeat(5_000));
    assertTrue(instance.toString().contains("v=\\u000AWARNING"), instance.toString());
    assertTrue(instance.toString().chars().noneMatch(Character::isISOControl));
    assertTrue(instance.toString().length() < 400, instance.toString());
  }

  @Test
  void foreignSegmentsStandForThemselves() {
    for (String foreign : List.of("%", "%zz", "%2", "%C3%28", "%61", "a b%20", "%2f")) {
      assertEquals(foreign, Names.decode(foreign));
    }
  }

  @Test
  void badNamesAreRefusedWithFieldValueAndExpectation() {
    for (String bad : List.of("", "a\u0000b", "a\nb", "\ud83d", "x".repeat(201), "é".repeat(101))) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Names.check("service", bad))
              .getMessage();
      assertTrue(
          message.startsWith("service: '") && message.contains("expected: 1..200 UTF-8 bytes"),
          message);
      assertTrue(message.chars().noneMatch(Character::isISOControl), message);
    }
    assertEquals(200, Names.check("service", "é".repeat(100)).getBytes(UTF_8).length);
  }

  @Test
  void instancesAreCheckedFieldByField() {
    ServiceInstance good = ServiceInstance.of("s", "::1", 80);
    assertEquals("[::1]:80", good.id());
    for (String host : List.of("", " ", "a b", "a\tb", "[::1]", "h/x")) {
      assertThrows(IllegalArgumentException.class, () -> good.withAddress(host, 80), host);
    }
    for (int port : new int[] {0, -1, 65536}) {
      assertThrows(IllegalArgumentException.class, () -> good.withAddress("h", port));
    }
    assertThrows(IllegalArgumentException.class, () -> good.withWeight(-1));
    assertThrows(IllegalArgumentException.class, () -> good.withMetadata("", "x"));
    assertThrows(IllegalArgumentException.class, () -> good.withMetadata("k", "\udc00"));
  }
}
