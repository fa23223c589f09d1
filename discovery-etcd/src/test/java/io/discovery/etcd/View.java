package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import io.discovery.tck.Await;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What one subscription showed; complains of every breach of the observer's protocol. */
final class View implements Observer {
  Subscription subscription;

  /** For want of memory, say. */
  volatile boolean refusesParts;

  private final TestLoop loop;
  private final List<Entry> parts = new ArrayList<>();
  private Listing listing;
  private DiscoveryException end;
  private final Map<String, String> records = new TreeMap<>();
  private final List<Delta> deltas = new ArrayList<>();
  private final List<String> breaches = new ArrayList<>();

  View(TestLoop loop) {
    this.loop = loop;
  }

  @Override
  public synchronized void onPart(List<Entry> part) {
    expect(listing == null && end == null, "a part after the listing or the end");
    if (refusesParts) {
      throw new IllegalStateException("a part too many");
    }
    parts.addAll(part);
  }

  @Override
  public synchronized void onListing(Listing first) {
    expect(listing == null && end == null, "a second listing, or one after the end");
    expect(first.entries().equals(parts), "parts that are not the listing");
    parts.clear();
    listing = first;
    first.entries().forEach(this::put);
  }

  @Override
  public synchronized void onDelta(Delta delta) {
    expect(listing != null && end == null, "a delta before the listing or after the end");
    deltas.add(delta);
    delta.puts().forEach(this::put);
    delta.removes().forEach(records::remove);
  }

  @Override
  public synchronized void onEnd(DiscoveryException cause) {
    expect(end == null, "a second end");
    end = cause;
  }

  synchronized List<String> parts() {
    return parts.stream().map(Entry::id).toList();
  }

  synchronized Optional<Listing> listing() {
    return Optional.ofNullable(listing);
  }

  /** Keeps of the listing no more than that there was one; returns an entry of it. */
  synchronized WeakReference<Entry> forgetListing() {
    WeakReference<Entry> forgotten = new WeakReference<>(listing.entries().get(0));
    listing = new Listing(listing.store(), listing.revision(), List.of());
    return forgotten;
  }

  synchronized Map<String, String> records() {
    check();
    return new TreeMap<>(records);
  }

  synchronized List<Delta> deltas() {
    return List.copyOf(deltas);
  }

  synchronized Optional<DiscoveryException> end() {
    return Optional.ofNullable(end);
  }

  void awaitRecords(Map<String, String> expected) {
    Await.until("a view of " + expected, Driver.SOON, () -> records().equals(expected));
  }

  DiscoveryException awaitEnd(Duration within) {
    Await.until("the end of a subscription", within, () -> end().isPresent());
    return end().orElseThrow();
  }

  private void put(Entry entry) {
    records.put(entry.id(), new String(entry.value(), UTF_8));
  }

  private void expect(boolean holds, String breach) {
    if (!loop.inLoop()) {
      breaches.add("called on " + Thread.currentThread());
    }
    if (!holds) {
      breaches.add(breach);
    }
  }

  private void check() {
    if (!breaches.isEmpty()) {
      throw new AssertionError("breaches of the protocol: " + breaches);
    }
  }
}
