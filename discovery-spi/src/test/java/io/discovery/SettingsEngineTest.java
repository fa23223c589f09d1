package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.ScriptedBackend.Subscribed;
import io.discovery.spi.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The settings half of the engine, on virtual time. */
class SettingsEngineTest {
  private final EngineHarness engine = new EngineHarness();
  private final List<Map<String, String>> heard = new ArrayList<>();

  private SettingsWatcher watch() {
    SettingsWatcher watcher = engine.registry.watchSettings("orders", heard::add);
    engine.settle();
    return watcher;
  }

  private Subscribed stream() {
    return engine.backend.settings.get(engine.backend.settings.size() - 1);
  }

  private static Entry text(String name, String text) {
    return new Entry(name, text.getBytes(UTF_8));
  }

  @Test
  void theFirstSetIsCompleteAndEachChangeIsOne() {
    SettingsWatcher watcher = watch();
    assertEquals(Optional.empty(), watcher.current());
    stream().list(1, text("a", "1"), text("b%2F", "2"));
    stream().put(2, text("a", "3"));
    stream().remove(3, "b%2F");
    engine.settle();
    assertEquals(Optional.of(Map.of("a", "3")), watcher.current());
    assertEquals(Map.of("a", "3"), heard.get(heard.size() - 1));
    assertThrows(
        UnsupportedOperationException.class, () -> watcher.current().orElseThrow().clear());
  }

  @Test
  void anEndChangesNothingAndIsFollowedByAnotherStream() {
    watch();
    Subscribed first = stream();
    first.list(1, text("a", "1"));
    engine.settle();
    first.observer.onEnd(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.advance(1_000);
    assertEquals(2, engine.backend.settings.size(), "again within 1 s (rule 3.18)");
    assertTrue(first.closed);
    stream().list(2, text("a", "1"));
    engine.settle();
    assertEquals(List.of(Map.of("a", "1")), heard, "nothing has changed");
  }

  @Test
  void aStoreThatLostItsDataTakesNoneAlong() {
    SettingsWatcher watcher = watch();
    stream().list(9, text("a", "1"), text("b", "2"));
    engine.settle();
    stream().observer.onEnd(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.advance(1_000);
    stream().list(3); // of an earlier time than what was seen
    engine.settle();
    assertEquals(Optional.of(Map.of("a", "1", "b", "2")), watcher.current());
    stream().put(4, text("a", "3"));
    stream().remove(5, "a");
    engine.settle();
    assertEquals(Optional.of(Map.of("b", "2")), watcher.current(), "deleted in the new history");
    stream().observer.onEnd(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.advance(2_000);
    stream().list(6);
    engine.settle();
    assertEquals(Optional.of(Map.of("b", "2")), watcher.current());
  }

  @Test
  void whoMayNotReadThemIsNotHot() {
    watch();
    stream().observer.onEnd(ScriptedBackend.failure(Reason.DENIED));
    engine.advance(4_999);
    assertEquals(1, engine.backend.settings.size());
    engine.advance(1_100);
    assertEquals(2, engine.backend.settings.size());
  }

  @Test
  void aSilentStreamIsAskedForAProof() {
    watch();
    stream().list(1);
    stream().answersProbes = false;
    Subscribed silent = stream();
    engine.advance(10_000);
    assertTrue(silent.closed);
    assertTrue(engine.backend.settings.size() > 1);
  }

  @Test
  void watchersShareOneStreamAndTheLastClosesIt() {
    SettingsWatcher first = watch();
    stream().list(1, text("a", "1"));
    SettingsWatcher second = watch();
    assertEquals(Optional.of(Map.of("a", "1")), second.current(), "at once");
    assertEquals(1, engine.backend.settings.size());
    first.close();
    first.close();
    engine.settle();
    assertEquals(false, stream().closed);
    second.close();
    engine.settle();
    assertTrue(stream().closed);
  }

  @Test
  void nothingFollowsTheCloseOfTheRegistry() {
    watch();
    stream().list(1, text("a", "1"));
    engine.settle();
    engine.registry.close();
    int mark = heard.size();
    stream().put(2, text("a", "2"));
    engine.settle();
    assertEquals(mark, heard.size());
    assertThrows(
        IllegalStateException.class, () -> engine.registry.watchSettings("orders", heard::add));
  }
}
