package io.discovery;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The views of settings in one registry. {@link #watch} and {@link #end} are for any thread, the
 * rest belongs to the event loop.
 */
final class SettingsViews {
  private final Engine engine;
  private final Set<LocalSettingsWatcher> watchers = ConcurrentHashMap.newKeySet();
  private final Map<String, SettingsView> views = new HashMap<>(); // on the loop only
  private boolean down; // likewise

  SettingsViews(Engine engine) {
    this.engine = engine;
  }

  SettingsWatcher watch(String service, Consumer<Map<String, String>> listener) {
    LocalSettingsWatcher watcher =
        new LocalSettingsWatcher(engine, service, listener, this::forget);
    watchers.add(watcher);
    engine.loop.execute(
        () -> {
          if (!down && watchers.contains(watcher)) {
            views.computeIfAbsent(service, name -> new SettingsView(engine, name)).add(watcher);
          }
        });
    return watcher;
  }

  private void forget(LocalSettingsWatcher watcher) {
    watchers.remove(watcher);
    engine.loop.execute(
        () -> {
          SettingsView view = views.get(watcher.service());
          if (view != null && view.remove(watcher)) {
            views.remove(watcher.service());
            view.close();
          }
        });
  }

  /** Lets no further callback begin. */
  void end() {
    watchers.forEach(LocalSettingsWatcher::end);
  }

  void tick() {
    views.values().forEach(SettingsView::tick);
  }

  void hurry() {
    views.values().forEach(SettingsView::hurry);
  }

  /** The backend shuts down and is asked nothing more. */
  void close() {
    engine.checkLoop();
    down = true;
    views.values().forEach(SettingsView::close);
    views.clear();
  }
}
