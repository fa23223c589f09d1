package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.Change;
import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Rules 3.13 and 7.5: what is in the store may be anything, and hurts nobody but itself. */
interface HostileChapter extends Chapter {
  /** Bytes that are no instance in any format, by what is wrong with them. */
  static Map<String, byte[]> hostile() {
    Map<String, byte[]> records = new LinkedHashMap<>();
    records.put("empty", new byte[0]);
    records.put("garbage", new byte[] {0, 1, 2, (byte) 0xfe, (byte) 0xff});
    records.put("null", "null".getBytes(UTF_8));
    records.put("object", "{}".getBytes(UTF_8));
    records.put("array", "[]".getBytes(UTF_8));
    records.put("number", "1e400".getBytes(UTF_8));
    records.put(
        "unfinished",
        "{\"Addr\":\"10.0.0.1:80\",\"address\":\"10.0.0.1\",\"port\":80".getBytes(UTF_8));
    records.put(
        "trailing",
        "{\"Addr\":\"10.0.0.1:80\",\"address\":\"10.0.0.1\",\"port\":80} {}".getBytes(UTF_8));
    records.put(
        "bad-port",
        "{\"Addr\":\"10.0.0.1:99999\",\"address\":\"10.0.0.1\",\"port\":99999}".getBytes(UTF_8));
    records.put(
        "nulls",
        "{\"Addr\":null,\"Op\":null,\"address\":null,\"port\":null,\"id\":null}".getBytes(UTF_8));
    records.put(
        "types",
        "{\"Addr\":{\"a\":1},\"Op\":\"0\",\"address\":[],\"port\":{},\"id\":7,\"name\":false}"
            .getBytes(UTF_8));
    records.put(
        "strings",
        "{\"Addr\":8080,\"address\":1,\"port\":\"8e1\",\"discovery\":{\"weight\":\"1\"},\"Discovery\":{\"weight\":\"1\"}}"
            .getBytes(UTF_8));
    records.put("deep", ("{\"a\":".repeat(20_000) + "1" + "}".repeat(20_000)).getBytes(UTF_8));
    records.put(
        "not-utf-8",
        new byte[] {'{', '"', 'A', 'd', 'd', 'r', '"', ':', '"', (byte) 0xc3, '(', '"', '}'});
    records.put("evil-log", "\"\\u001b[2J\\n\\rlog line\"".getBytes(UTF_8));
    return records;
  }

  /**
   * One after the other every kind of bad record appears; the good one stays, the bad ones are
   * never shown, the status stays CURRENT and changes go on. Needs a Store. Check that decoding
   * failures are per record.
   */
  @Test
  default void s313_badRecordsHideNothing() {
    Scenario stage = scenario();
    Store store = stage.store();
    Registration good = stage.register(stage.open(), Scenario.instance("orders", "good"));
    Recorder view = stage.observe("orders");
    hostile()
        .forEach(
            (kind, value) -> {
              store.put(stage.namespace(), "orders", kind, value);
              stage.join(good.update(before -> before.withMetadata("beside", kind)));
              stage.expectListed("orders", good.instance());
              view.awaitExactly(stage.convergence(), good.instance());
            });
    stage.observe("orders").awaitExactly(stage.convergence(), good.instance());
    stage.check(!view.phases().contains(Phase.STALE), "phases: " + view.phases());
    stage.check(stage.observer().stats().badRecords() > 0, "bad records were not counted");
    hostile().keySet().forEach(kind -> store.delete(stage.namespace(), "orders", kind));
    view.expectQuiet(Scenario.QUIET);
  }

  /**
   * The same for a record of a mebibyte, if the store takes it. Needs a Store. Check sizes before
   * parsing, and message limits of the client: one big record must not end the connection.
   */
  @Test
  default void s313_aHugeRecordHidesNothing() {
    Scenario stage = scenario();
    Registration good = stage.register(stage.open(), Scenario.instance("orders", "good"));
    Recorder view = stage.observe("orders");
    byte[] huge = ("{\"Addr\":\"" + "x".repeat(1_020 * 1_024) + "\"}").getBytes(UTF_8);
    try {
      stage.store().put(stage.namespace(), "orders", "huge", huge);
    } catch (RuntimeException refused) {
      Assumptions.abort("the store takes no record of " + huge.length + " bytes: " + refused);
    }
    stage.join(good.update(before -> before.withWeight(2)));
    view.awaitExactly(stage.convergence(), good.instance());
    stage.expectListed("orders", good.instance());
    Recorder fresh = stage.watch(stage.open(), "orders");
    fresh.awaitExactly(stage.convergence(), good.instance());
    stage.store().delete(stage.namespace(), "orders", "huge");
  }

  /**
   * A good record is overwritten with garbage: its last good value stays while the key exists, also
   * after a reconnect; a good value is shown as an update, and deletion as a removal. Needs a Store
   * and a Link. Check that a bad record is not taken for an absent one.
   */
  @Test
  default void s313_aKnownIdKeepsItsLastGoodValue() {
    Scenario stage = scenario();
    Store store = stage.store();
    ServiceInstance template = Scenario.instance("orders", "1");
    Registration origin = stage.register(stage.open(), template);
    byte[] good = store.read(stage.namespace(), "orders").get("1");
    origin.close();
    ServiceInstance known = template.withId("known");
    store.put(stage.namespace(), "orders", "known", good);
    Link link = stage.link();
    Recorder view = stage.watch(stage.open(link), "orders");
    view.awaitExactly(stage.convergence(), known);
    int mark = view.mark();
    store.put(stage.namespace(), "orders", "known", "garbage".getBytes(UTF_8));
    view.expectQuiet(Scenario.QUIET);
    link.cut();
    view.expectQuiet(Scenario.QUIET);
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    store.put(stage.namespace(), "orders", "known", good);
    view.expectQuiet(Scenario.QUIET);
    store.put(stage.namespace(), "orders", "known", "null".getBytes(UTF_8));
    store.delete(stage.namespace(), "orders", "known");
    view.awaitExactly(stage.convergence());
    List<Change> changes = view.since(mark);
    stage.check(changes.equals(List.of(new Change.Removed(known))), "changes: " + changes);
  }

  /**
   * A record of a living registration is overwritten from outside. Whether the owner puts its own
   * back or not, watchers agree with the store and everything comes to rest. Needs a Store. Check
   * for two writers that provoke each other.
   */
  @Test
  default void s313_anOverwrittenRecordComesToRest() {
    Scenario stage = scenario();
    Store store = stage.store();
    Registry registry = stage.open();
    stage.register(registry, Scenario.instance("orders", "other").withMetadata("from", "outside"));
    byte[] foreign = store.read(stage.namespace(), "orders").get("other");
    stage.register(registry, Scenario.instance("orders", "1"));
    Recorder view = stage.observe("orders");
    store.put(stage.namespace(), "orders", "1", foreign);
    stage.await(
        "rest", stage.gone().plus(stage.convergence()), () -> view.restsFor(Scenario.QUIET));
    stage.expectListed(
        "orders", view.latest().orElseThrow().instances().toArray(new ServiceInstance[0]));
  }

  /**
   * More instances than are believed: the last good view stays and the status says why; list fails.
   * When there are fewer again, the view is the truth. Check that REJECTED ends nothing for good.
   */
  @Test
  default void s705_tooManyInstancesAreNotBelieved() {
    Scenario stage = scenario();
    Registry writer = stage.open();
    for (int i = 0; i < 3; i++) {
      stage.register(writer, Scenario.instance("orders", "id-" + i));
    }
    Registry reader = stage.open(stage.config().with("max-instances", "3"));
    Recorder view = stage.watch(reader, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    Registration tooMany = stage.register(writer, Scenario.instance("orders", "one-more"));
    view.awaitPhase(Phase.STALE, stage.detection());
    stage.check(view.latest().orElseThrow().instances().size() == 3, "shown: " + view.latest());
    DiscoveryException failure =
        stage.expectFailure(
            DiscoveryException.class, "list", () -> reader.list("orders", stage.convergence()));
    stage.check(
        failure.reason() == Reason.REJECTED && failure.getMessage().contains("max-instances"),
        "failure: " + failure);
    tooMany.close();
  }

  /**
   * Twenty bad records appear: one warning names one of the keys, and the rest are counted. Needs a
   * Store. Check that the backend hands on what it cannot read, and logs nothing itself.
   */
  @Test
  default void s313_oneWarningNamesTheKey() {
    Scenario stage = scenario();
    stage.needLog();
    Store store = stage.store();
    try (LogLines lines = new LogLines()) {
      Recorder view = stage.observe("orders");
      for (int i = 0; i < 20; i++) {
        store.put(stage.namespace(), "orders", "bad-" + i, "garbage".getBytes(UTF_8));
      }
      ServiceInstance good = Scenario.instance("orders", "good");
      stage.register(stage.open(), good);
      view.awaitExactly(stage.convergence(), good);
      stage.await(
          "twenty counted", stage.convergence(), () -> stage.observer().stats().badRecords() >= 20);
      List<String> warnings = lines.warnings("bad-");
      stage.check(
          warnings.size() == 1 && warnings.get(0).contains("orders"),
          warnings.size() + " warnings: " + warnings + " (expected: one)");
    }
  }

  /**
   * Records full of control characters, escape sequences and line ends are warned about in lines
   * without any. Needs a Store. Check what messages quote.
   */
  @Test
  default void s705_logLinesAreEscaped() {
    Scenario stage = scenario();
    stage.needLog();
    String evil = "{\"\u001b[31m\r\nFAKE line\u0000\":\"\u001b[2J\r\nFAKE line\u202e\"";
    try (LogLines lines = new LogLines()) {
      stage.store().put(stage.namespace(), "orders", "evil", evil.getBytes(UTF_8));
      Recorder view = stage.observe("orders");
      view.awaitExactly(stage.convergence());
      stage.await(
          "a warning about it", stage.convergence(), () -> !lines.warnings("evil").isEmpty());
      for (String line : lines.all()) {
        stage.check(
            line.chars().noneMatch(c -> Character.isISOControl(c) || c == '\u202e'),
            "a log line holds control characters: " + line.replaceAll("\\p{Cntrl}", "<!>"));
      }
    }
    stage.store().delete(stage.namespace(), "orders", "evil");
  }
}
