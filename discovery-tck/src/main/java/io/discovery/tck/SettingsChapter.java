package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.Registry;
import io.discovery.SettingsWatcher;
import io.discovery.Watcher.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Chapter 4, the part on settings: what operators say of a service. */
interface SettingsChapter extends Chapter {
  /**
   * Settings appear, change and go as an operator writes them; who joins later sees the present
   * set. Needs a Store. Check that {@code subscribeSettings} follows {@code
   * <namespace>.settings/<service>/<name>}, also before anything is there.
   */
  @Test
  default void s404_settingsAreFollowed() {
    Scenario stage = scenario();
    Store store = stage.store();
    Registry registry = stage.open();
    List<Map<String, String>> heard = new CopyOnWriteArrayList<>();
    SettingsWatcher watcher = registry.watchSettings("orders", heard::add);
    awaitSettings(watcher, Map.of());
    put(store, "orders", "grpc", "{}");
    awaitSettings(watcher, Map.of("grpc", "{}"));
    put(store, "orders", "notes", "");
    put(store, "orders-eu", "grpc", "of another service");
    awaitSettings(watcher, Map.of("grpc", "{}", "notes", ""));
    put(store, "orders", "grpc", "{ }");
    awaitSettings(watcher, Map.of("grpc", "{ }", "notes", ""));
    awaitSettings(registry.watchSettings("orders", late -> {}), watcher.current().orElseThrow());
    store.delete(settings(), "orders", "grpc");
    awaitSettings(watcher, Map.of("notes", ""));
    stage.await(
        "the listener hears the last",
        stage.convergence(),
        () -> !heard.isEmpty() && heard.get(heard.size() - 1).equals(Map.of("notes", "")));
    watcher.close();
    watcher.close();
    int mark = heard.size();
    put(store, "orders", "grpc", "[]");
    awaitSettings(registry.watchSettings("orders", late -> {}), Map.of("grpc", "[]", "notes", ""));
    stage.check(heard.size() == mark, "a callback came after close: " + heard);
  }

  /**
   * An outage changes no settings; what was said meanwhile is heard after it, in one call. Needs a
   * Store and a Link. Check that the end of the stream is told, and nothing else.
   */
  @Test
  default void s404_settingsOutliveAnOutage() {
    Scenario stage = scenario();
    Store store = stage.store();
    Link link = stage.link();
    put(store, "orders", "grpc", "1");
    Registry registry = stage.open(link);
    List<Map<String, String>> heard = new CopyOnWriteArrayList<>();
    SettingsWatcher watcher = registry.watchSettings("orders", heard::add);
    Recorder view = stage.watch(registry, "orders");
    view.awaitPhase(Phase.CURRENT, stage.convergence());
    awaitSettings(watcher, Map.of("grpc", "1"));
    link.refuse();
    view.awaitPhase(Phase.STALE, stage.detection());
    put(store, "orders", "grpc", "2");
    put(store, "orders", "grpc", "3");
    view.expectQuiet(Scenario.QUIET);
    stage.check(watcher.current().equals(Optional.of(Map.of("grpc", "1"))), "changed");
    link.restore();
    awaitSettings(watcher, Map.of("grpc", "3"));
    stage.await("the listener hears it", stage.convergence(), () -> heard.size() > 1);
    stage.check(heard.equals(List.of(Map.of("grpc", "1"), Map.of("grpc", "3"))), "heard " + heard);
  }

  /**
   * Settings make no service and no instance. Needs a Store. Check what is listed below the
   * namespace.
   */
  @Test
  default void s404_settingsAreNoInstances() {
    Scenario stage = scenario();
    put(stage.store(), "orders", "grpc", "{\"Op\":0,\"Addr\":\"10.0.0.1:80\",\"Metadata\":null}");
    awaitSettings(
        stage.observer().watchSettings("orders", settings -> {}),
        Map.of("grpc", "{\"Op\":0,\"Addr\":\"10.0.0.1:80\",\"Metadata\":null}"));
    stage.expectListed("orders");
    Set<String> services = stage.observer().services(stage.convergence());
    stage.check(services.isEmpty(), "services: " + services);
  }

  /**
   * A setting that is no text hides no other, and its last good value stands. Needs a Store. Engine
   * only.
   */
  @Test
  default void s404_whatIsNoTextHidesNothing() {
    Scenario stage = scenario();
    Store store = stage.store();
    put(store, "orders", "grpc", "good");
    SettingsWatcher watcher = stage.open().watchSettings("orders", settings -> {});
    awaitSettings(watcher, Map.of("grpc", "good"));
    store.put(settings(), "orders", "grpc", new byte[] {(byte) 0xC3, 0x28});
    store.put(settings(), "orders", "other", new byte[] {(byte) 0xFF});
    put(store, "orders", "third", "fine");
    awaitSettings(watcher, Map.of("grpc", "good", "third", "fine"));
    put(store, "orders", "grpc", "better");
    awaitSettings(watcher, Map.of("grpc", "better", "third", "fine"));
  }

  private String settings() {
    return scenario().namespace() + ".settings";
  }

  private void put(Store store, String service, String name, String text) {
    store.put(settings(), service, name, text.getBytes(UTF_8));
  }

  private void awaitSettings(SettingsWatcher watcher, Map<String, String> expected) {
    scenario()
        .await(
            "settings " + expected,
            scenario().convergence(),
            () -> watcher.current().filter(expected::equals).isPresent());
  }
}
