package io.discovery;

import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps the settings of one service for all who watch them in this registry (rule 4.4). As a {@link
 * ServiceView} it has one way to recover, a new subscription; unlike there nobody is told how old
 * the answer is, since settings are good until others are known. Everything here belongs to the
 * event loop.
 */
final class SettingsView implements Stream.Sink {
  /** The store refuses most of what is larger; nobody writes a setting of that size by intent. */
  private static final int LARGEST = 1 << 20;

  private final Engine engine;
  private final String service;
  private final Warnings warnings;
  private final Retry retry;
  private final Set<LocalSettingsWatcher> watchers = new LinkedHashSet<>();
  private Optional<Map<String, String>> known = Optional.empty();
  private Stream stream; // null while waiting to subscribe again
  private EventLoop.Timer resync = () -> {};

  SettingsView(Engine engine, String service) {
    this.engine = engine;
    this.service = service;
    this.warnings = new Warnings(engine.loop);
    this.retry = new Retry(engine, this::subscribe);
  }

  void add(LocalSettingsWatcher watcher) {
    engine.checkLoop();
    watchers.add(watcher);
    known.ifPresent(watcher::publish);
    if (stream == null && !retry.waiting()) {
      subscribe();
    }
  }

  /** Returns whether the view is of no use any more. */
  boolean remove(LocalSettingsWatcher watcher) {
    engine.checkLoop();
    watchers.remove(watcher);
    return watchers.isEmpty();
  }

  void close() {
    engine.checkLoop();
    retry.cancel();
    endStream();
  }

  /** The store is back. */
  void hurry() {
    retry.hurry();
  }

  /** Called about once a second: makes a silent stream prove itself. */
  void tick() {
    if (stream != null) {
      stream.tick();
    }
  }

  private void subscribe() {
    endStream();
    double factor = 0.8 + 0.4 * engine.random.nextDouble();
    Duration interval =
        Duration.ofNanos((long) (engine.config.resyncInterval().toNanos() * factor));
    resync = engine.loop.schedule(interval, this::subscribe);
    stream = new Stream(engine, this);
    stream.open(observer -> engine.backend().subscribeSettings(Names.encode(service), observer));
  }

  private void endStream() {
    resync.cancel();
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  @Override
  public void onListing(Listing listing) {
    retry.succeeded();
    Map<String, String> next = new TreeMap<>();
    listing.entries().forEach(entry -> put(next, entry));
    show(next);
  }

  @Override
  public void onDelta(Delta delta) {
    Map<String, String> next = new TreeMap<>(known.orElseThrow());
    delta.removes().forEach(segment -> next.remove(Names.decode(segment)));
    delta.puts().forEach(entry -> put(next, entry));
    show(next);
  }

  @Override
  public void onEnd(DiscoveryException cause) {
    endStream();
    Engine.LOG.log(
        Level.DEBUG,
        () ->
            "settings of "
                + Names.escape(service)
                + ": reading again later: "
                + cause.getMessage());
    retry.after(cause.reason());
  }

  /** What cannot be read leaves standing what was there before (as rule 3.13). */
  private void put(Map<String, String> next, Entry entry) {
    String name = Names.decode(entry.id());
    text(name, entry.value())
        .or(() -> known.map(before -> before.get(name)))
        .ifPresent(text -> next.put(name, text));
  }

  private Optional<String> text(String name, byte[] value) {
    try {
      if (value.length <= LARGEST) {
        return Optional.of(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
      }
    } catch (CharacterCodingException notText) {
      // Told below.
    }
    engine.counters.badRecords.increment();
    warnings.warn(
        () ->
            "setting "
                + Names.escape(name)
                + " of "
                + Names.escape(service)
                + " is no text (expected: UTF-8 of at most "
                + LARGEST
                + " bytes)");
    return Optional.empty();
  }

  private void show(Map<String, String> next) {
    if (!known.equals(Optional.of(next))) {
      Map<String, String> settings = Collections.unmodifiableMap(next);
      known = Optional.of(settings);
      watchers.forEach(watcher -> watcher.publish(settings));
    }
  }
}
