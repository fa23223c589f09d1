package io.discovery.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import io.discovery.tck.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What one subscription reported, in order and added up. Safe for the test's thread. */
final class Seen implements Observer {
  private final EventLoop loop;
  private final Map<String, String> records = new TreeMap<>();
  private final List<String> events = new ArrayList<>();
  private Listing listing;
  private long revision;
  private DiscoveryException end;
  Subscription subscription;

  Seen(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public synchronized void onListing(Listing first) {
    expect(listing == null && end == null, "a second listing, or one after the end");
    listing = first;
    revision = first.revision();
    first.entries().forEach(this::put);
  }

  @Override
  public synchronized void onDelta(Delta delta) {
    expect(listing != null && end == null, "a delta before the listing or after the end");
    expect(delta.revision() >= revision, "a delta whose revision shrank");
    revision = delta.revision();
    delta.puts().forEach(this::put);
    for (String id : delta.removes()) {
      records.remove(id);
      events.add("-" + id);
    }
  }

  @Override
  public synchronized void onEnd(DiscoveryException cause) {
    expect(end == null, "a second end");
    end = cause;
  }

  private void put(Entry entry) {
    String value = new String(entry.value(), UTF_8);
    records.put(entry.id(), value);
    events.add("+" + entry.id() + "=" + (value.length() > 20 ? value.length() : value));
  }

  private void expect(boolean holds, String otherwise) {
    if (!holds || !loop.inLoop()) {
      throw new AssertionError(otherwise + ", on " + Thread.currentThread().getName());
    }
  }

  synchronized Map<String, String> records() {
    return Map.copyOf(records);
  }

  synchronized List<String> events() {
    return List.copyOf(events);
  }

  synchronized Optional<Listing> listing() {
    return Optional.ofNullable(listing);
  }

  synchronized Optional<DiscoveryException> end() {
    return Optional.ofNullable(end);
  }

  Seen awaitListing() {
    Await.until("a listing", Driver.SOON, () -> listing().isPresent() || end().isPresent());
    if (listing().isEmpty()) {
      throw new AssertionError("ended without a listing", end);
    }
    return this;
  }

  DiscoveryException awaitEnd() {
    Await.until("the end of the subscription", Driver.SOON, () -> end().isPresent());
    return end().orElseThrow();
  }

  Seen awaitRecords(Map<String, String> expected) {
    Await.until(
        () -> "records " + expected + "; seen: " + events() + ", end: " + end(),
        Driver.SOON,
        () -> records().equals(expected));
    return this;
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
