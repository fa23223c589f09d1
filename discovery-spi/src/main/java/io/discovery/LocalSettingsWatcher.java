package io.discovery;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What the application holds of a watch of settings. Safe for any thread. */
final class LocalSettingsWatcher implements SettingsWatcher {
  private final String service;
  private final Consumer<Map<String, String>> listener;
  private final Consumer<LocalSettingsWatcher> onClose;
  private final Mailbox mailbox;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Optional<Map<String, String>> current = Optional.empty();
  private Optional<Map<String, String>> told = Optional.empty(); // only in drain

  LocalSettingsWatcher(
      Engine engine,
      String service,
      Consumer<Map<String, String>> listener,
      Consumer<LocalSettingsWatcher> onClose) {
    this.service = service;
    this.listener = listener;
    this.onClose = onClose;
    this.mailbox = new Mailbox(engine, this::drain);
  }

  /** Publishes what the view knows. On the loop. */
  void publish(Map<String, String> settings) {
    if (!closed.get()) {
      current = Optional.of(settings);
      mailbox.signal();
    }
  }

  private void drain() {
    Optional<Map<String, String>> next = current;
    if (next.isPresent() && !next.equals(told)) {
      told = next;
      mailbox.call(() -> listener.accept(next.get()));
    }
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public Optional<Map<String, String>> current() {
    return current;
  }

  @Override
  public void close() {
    end();
    onClose.accept(this);
    mailbox.awaitIdle();
  }

  /** Lets no further callback begin, without waiting for one under way. */
  void end() {
    closed.set(true);
    mailbox.shut();
  }

  @Override
  public String toString() {
    return "watch of the settings of " + Names.escape(service);
  }
}
