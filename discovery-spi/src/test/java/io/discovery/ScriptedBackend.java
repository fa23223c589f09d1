package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A backend that does nothing by itself: it records what the engine asks, and the test answers. */
final class ScriptedBackend implements BackendProvider, Backend {
  final List<Owned> owned = new ArrayList<>();
  final List<Subscribed> subscribed = new ArrayList<>();
  final List<Subscribed> settings = new ArrayList<>();
  BackendContext context;
  boolean throwsOnOwn;
  boolean shutDown;

  /** One write or release awaiting its answer. */
  record Asked(Write write, CompletableFuture<Duration> answer) {
    String text() {
      return new String(write.value(), UTF_8);
    }
  }

  static final class Owned implements Ownership {
    final String path;
    final Ownership.Listener listener;
    final List<Asked> writes = new ArrayList<>();
    final List<CompletableFuture<Void>> releases = new ArrayList<>();

    Owned(String path, Ownership.Listener listener) {
      this.path = path;
      this.listener = listener;
    }

    @Override
    public CompletionStage<Duration> write(Write write) {
      writes.add(new Asked(write, new CompletableFuture<>()));
      return lastWrite().answer;
    }

    @Override
    public CompletionStage<Void> release() {
      releases.add(new CompletableFuture<>());
      return releases.get(releases.size() - 1);
    }

    Asked lastWrite() {
      return writes.get(writes.size() - 1);
    }
  }

  static final class Subscribed implements Subscription {
    final String service;
    final Observer observer;
    final List<CompletableFuture<Void>> probes = new ArrayList<>();
    boolean answersProbes = true;
    boolean closed;

    Subscribed(String service, Observer observer) {
      this.service = service;
      this.observer = observer;
    }

    @Override
    public CompletionStage<Void> probe() {
      CompletableFuture<Void> probe = new CompletableFuture<>();
      probes.add(probe);
      if (answersProbes) {
        probe.complete(null);
      }
      return probe;
    }

    @Override
    public void close() {
      closed = true;
    }

    void list(long revision, Entry... entries) {
      observer.onListing(new Listing("store", revision, List.of(entries)));
    }

    void put(long revision, Entry entry) {
      observer.onDelta(new Delta(revision, List.of(entry), List.of()));
    }

    void remove(long revision, String id) {
      observer.onDelta(new Delta(revision, List.of(), List.of(id)));
    }
  }

  static Entry entry(String id, int port) {
    return new Entry(
        id, ("{\"Op\":0,\"Addr\":\"10.0.0.1:" + port + "\",\"Metadata\":null}").getBytes(UTF_8));
  }

  static DiscoveryException failure(Reason reason) {
    return new DiscoveryException(reason, "scripted " + reason);
  }

  Owned owned() {
    return owned.get(owned.size() - 1);
  }

  Subscribed stream() {
    return subscribed.get(subscribed.size() - 1);
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public Backend connect(RegistryConfig config, BackendContext lent) {
    context = lent;
    return this;
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    if (throwsOnOwn) {
      throw new IllegalStateException("scripted");
    }
    owned.add(new Owned(service + "/" + id, listener));
    return owned();
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    subscribed.add(new Subscribed(service, observer));
    return stream();
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    settings.add(new Subscribed(service, observer));
    return settings.get(settings.size() - 1);
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    return CompletableFuture.completedFuture(new Listing("store", 1, List.of()));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    return CompletableFuture.completedFuture(Set.of());
  }

  @Override
  public CompletionStage<Void> shutdown() {
    shutDown = true;
    return CompletableFuture.completedFuture(null);
  }
}
