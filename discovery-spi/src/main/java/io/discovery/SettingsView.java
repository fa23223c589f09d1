package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
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
  private final Set<String> held = new HashSet<>(); // lost with the store's data
  private Optional<Map<String, String>> known = Optional.empty();
  private String store = "";
  private long revision;
  private Stream stream; // null while waiting to subscribe again

  SettingsView(Engine engine, String service) {
    this.engine = engine;
    this.service = service;
    this.warnings = new Warnings(engine.loop);
    this.retry = new Retry(engine.loop, engine.moments, this::subscribe);
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
    stream = new Stream(engine, this);
    stream.open(observer -> engine.backend().subscribeSettings(Names.encode(service), observer));
  }

  private void endStream() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  @Override
  public void onListing(Listing listing) {
    if (listing.entries().size() > engine.config.maxInstances()) {
      stream.fail(
          new DiscoveryException(
              Reason.REJECTED,
              listing.entries().size()
                  + " settings (expected: at most "
                  + engine.config.maxInstances()
                  + "; see 'max-instances')"));
      return;
    }
    Map<String, String> before = known.orElse(Map.of());
    Map<String, String> next = new TreeMap<>();
    listing.entries().forEach(entry -> put(next, entry));
    if (isReset(listing)) {
      held.addAll(before.keySet());
      Engine.LOG.log(
          Level.WARNING,
          "settings of {0}: the store lost its data; those it had stand until they are written again",
          Names.escape(service));
    }
    held.removeAll(next.keySet());
    held.forEach(name -> next.put(name, before.get(name)));
    store = listing.store();
    revision = listing.revision();
    show(next);
  }

  private boolean isReset(Listing next) {
    return (!store.isEmpty() && !store.equals(next.store())) || next.revision() < revision;
  }

  @Override
  public void onDelta(Delta delta) {
    revision = Math.max(revision, delta.revision());
    Map<String, String> next = new TreeMap<>(known.orElseThrow());
    for (String segment : delta.removes()) {
      String name = Names.decode(segment);
      held.remove(name);
      next.remove(name);
    }
    delta
        .puts()
        .forEach(
            entry -> {
              held.remove(Names.decode(entry.id()));
              put(next, entry);
            });
    show(next);
  }

  @Override
  public void onResync() {
    subscribe();
  }

  @Override
  public void onEnd(DiscoveryException cause) {
    if (stream.isSound()) {
      retry.succeeded();
    }
    endStream();
    String what = "settings of " + Names.escape(service) + " cannot be followed: ";
    if (cause.reason() == Reason.DENIED || cause.reason() == Reason.REJECTED) {
      warnings.warn(() -> what + cause.getMessage());
    } else {
      Engine.LOG.log(Level.DEBUG, () -> what + cause.getMessage());
    }
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
