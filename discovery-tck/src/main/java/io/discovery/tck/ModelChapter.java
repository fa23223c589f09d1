package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Chapter 1, the model: what an instance is, and that it comes back from the store as it went in.
 */
interface ModelChapter extends Chapter {
  /** Names that stores, file systems, URLs and JSON would like to mean something by. */
  List<String> ODD_NAMES =
      List.of(
          "/",
          "//",
          "a/b",
          "/a",
          "a/",
          ".",
          "..",
          "...",
          "%",
          "%2F",
          "%2E",
          "a%",
          " ",
          " a ",
          "a b",
          "zookeeper",
          "Zookeeper",
          "%7Aookeeper",
          "?",
          "#",
          "a?b#c",
          "\\",
          "\"",
          "'",
          "{}",
          "*",
          ":",
          "@",
          "~",
          "-",
          "_",
          "ä",
          "a\u0308",
          "日本語",
          "😀",
          "\uFFFD",
          "\uE000",
          "\uFEFF",
          "\u200B",
          "null",
          "x".repeat(200),
          "é".repeat(100));

  /**
   * Equal content makes equal instances, and no caller's later change reaches in. Check that
   * nothing keeps a map or list of the caller.
   */
  @Test
  default void s101_valuesAreImmutableAndEqual() {
    Map<String, String> metadata = new TreeMap<>(Map.of("zone", "a"));
    ServiceInstance instance = Scenario.instance("orders", "1").withMetadata(metadata);
    metadata.put("zone", "b");
    Scenario stage = scenario();
    stage.check(instance.metadata().equals(Map.of("zone", "a")), "metadata changed: " + instance);
    stage.check(
        instance.equals(Scenario.instance("orders", "1").withMetadata(Map.of("zone", "a"))),
        "equal fields, yet not equal");
    stage.expectFailure(
        UnsupportedOperationException.class, "a put", () -> instance.metadata().put("a", "b"));
    stage.expectFailure(
        UnsupportedOperationException.class,
        "an add",
        () -> new Snapshot("orders", 1, List.of()).instances().add(instance));
  }

  /**
   * Registers instances whose ids are all the odd names, and lists them elsewhere. Check that the
   * backend uses encoded segments as they are and that listing returns them as they are.
   */
  @Test
  default void s102_anyIdRoundTrips() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    ServiceInstance[] all =
        ODD_NAMES.stream()
            .map(id -> Scenario.instance("orders", id))
            .toArray(ServiceInstance[]::new);
    List<Registration> registrations = List.of(all).stream().map(registry::register).toList();
    registrations.forEach(registration -> registration.awaitRegistered(stage.convergence()));
    stage.expectListed("orders", all);
    Recorder view = stage.observe("orders");
    view.awaitExactly(stage.convergence(), all);
  }

  /**
   * Registers one instance in each of the services with the odd names; each list shows its own
   * alone, and the names come back from {@code services}. Check prefixes: one service's key must
   * not begin another's.
   */
  @Test
  default void s102_anyServiceNameRoundTrips() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    List<Registration> registrations =
        ODD_NAMES.stream().map(name -> registry.register(Scenario.instance(name, "1"))).toList();
    registrations.forEach(registration -> registration.awaitRegistered(stage.convergence()));
    ODD_NAMES.forEach(name -> stage.expectListed(name, Scenario.instance(name, "1")));
    Set<String> names = stage.observer().services(stage.convergence());
    stage.check(names.equals(new TreeSet<>(ODD_NAMES)), "services: " + names);
  }

  /**
   * Watches {@code orders} while its neighbours come and go. Check that the watched prefix ends in
   * the delimiter and that deeper keys are left out.
   */
  @Test
  default void s102_neighboursAreNeverShown() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Recorder view = stage.observe("orders");
    for (String name :
        List.of("orders-eu", "orders/x", "Orders", "order", "orders0", "orders ", "orders.")) {
      stage.register(registry, Scenario.instance(name, "1"));
    }
    view.expectQuiet(Scenario.QUIET);
    stage.check(view.mark() == 1, "neighbours were shown: " + view.since(0));
    ServiceInstance own = Scenario.instance("orders", "1");
    stage.register(registry, own);
    view.awaitExactly(stage.convergence(), own);
  }

  /**
   * Every input out of bounds fails at once with field and value in the message, though the store
   * cannot be reached. Needs a Link. Check that validation comes before the backend.
   */
  @Test
  default void s103_badInputFailsBeforeAnyIo() {
    Scenario stage = scenario();
    Link link = stage.link();
    link.refuse();
    Registry registry = stage.open(link);
    ServiceInstance good = Scenario.instance("orders", "1");
    expectBad("host", "", () -> good.withAddress("", 1));
    expectBad("host", "a b", () -> good.withAddress("a b", 1));
    expectBad("port", "0", () -> good.withAddress("h", 0));
    expectBad("port", "65536", () -> good.withAddress("h", 65_536));
    expectBad("weight", "-1", () -> good.withWeight(-1));
    expectBad("metadata", "65", () -> good.withMetadata(entries(65, 1)));
    expectBad("id", "", () -> good.withId(""));
    expectBad("id", "\\u0007", () -> good.withId("bell\u0007"));
    expectBad("id", "\\uD800", () -> good.withId("half\uD800"));
    expectBad("id", "200", () -> good.withId("x".repeat(201)));
    expectBad("service", "", () -> registry.watch(""));
    expectBad("service", "200", () -> registry.list("x".repeat(201), Duration.ofSeconds(1)));
    expectBad("metadata", "16384", () -> registry.register(good.withMetadata(entries(10, 2_000))));
    expectBad("ttl", "PT0S", () -> registry.register(good, Duration.ZERO));
    expectBad("ttl", "PT-1S", () -> registry.register(good, Duration.ofSeconds(-1)));
  }

  private void expectBad(String field, String value, Runnable action) {
    String message =
        scenario()
            .expectFailure(IllegalArgumentException.class, "a bad " + field, action)
            .getMessage();
    scenario()
        .check(
            message.contains(field) && message.contains(value) && message.contains("expected"),
            "message: '"
                + message
                + "' (expected: it names "
                + field
                + ", "
                + value
                + " and what was expected)");
  }

  /**
   * Instances at every bound come back exactly as they went in, by list and by watch. Check the
   * backend for limits below 16 KiB, and for bytes that are not passed through unchanged.
   */
  @Test
  default void s104_everyValidInstanceRoundTrips() {
    Scenario stage = scenario();
    ServiceInstance plain = Scenario.instance("orders", "plain");
    ServiceInstance[] all = {
      plain,
      plain.withId("heavy").withWeight(Integer.MAX_VALUE),
      plain.withId("weightless").withWeight(0),
      plain.withId("ipv6").withAddress("2001:db8::1", 65_535),
      plain.withId("name").withAddress("Host-1.example.org", 1),
      plain.withId("many").withMetadata(entries(64, 100)),
      plain.withId("large").withMetadata(entries(8, 1_900)),
      plain
          .withId("odd")
          .withMetadata(Map.of("\"", "\\", "{", "}", "😀", "\u0000\n\u2028", "empty", "")),
    };
    Registry registry = stage.open();
    for (ServiceInstance instance : all) {
      stage.register(registry, instance);
    }
    stage.expectListed("orders", all);
    stage.observe("orders").awaitExactly(stage.convergence(), all);
  }

  /**
   * A record with a member that nobody knows reads as without it. Needs a Store. Check the codec;
   * both formats are JSON objects.
   */
  @Test
  default void s104_unknownFieldsAreIgnored() {
    Scenario stage = scenario();
    ServiceInstance known = Scenario.instance("orders", "1").withMetadata("zone", "a");
    stage.register(stage.open(), known);
    String record = new String(stage.store().read(stage.namespace(), "orders").get("1"), UTF_8);
    stage.check(record.startsWith("{"), "record: " + record + " (expected: a JSON object)");
    String extended = "{\"from-the-future\":{\"deep\":[1,{\"x\":null}]}," + record.substring(1);
    stage.store().put(stage.namespace(), "orders", "2", extended.getBytes(UTF_8));
    stage.awaitListed("orders", stage.convergence(), known, known.withId("2"));
    stage.store().delete(stage.namespace(), "orders", "2");
  }

  private static Map<String, String> entries(int count, int length) {
    Map<String, String> entries = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      entries.put("key-" + i, "v".repeat(length));
    }
    return entries;
  }
}
