package io.discovery;

import java.util.Map;
import java.util.Optional;

/**
 * Follows the settings of one service (rule 4.4): named texts that its operators keep in the store
 * at {@code <namespace>.settings/<service>/<name>}, beside its instances and independent of them.
 * Obtained from {@link Registry#watchSettings}. A fault changes nothing here: what is known last
 * stands. Every method may be called from any thread, listeners included.
 */
public interface SettingsWatcher extends AutoCloseable {
  /** Returns the service's name. */
  String service();

  /**
   * Returns the newest set, by name; unmodifiable. Empty before the first is known, a set without
   * any if there are no settings. Never blocks, never fails.
   */
  Optional<Map<String, String>> current();

  /** Ends the watch: no callback begins after it returns. Idempotent; legal inside a callback. */
  @Override
  void close();
}
