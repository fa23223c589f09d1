package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import io.discovery.zookeeper.ZooKeeperSession.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/**
 * Follows one service by a recursive watch on its path, set before the first read. Events are
 * hints: they say which names to read again, and that read alone decides what is present and what
 * is gone. So a node deleted and created in one transaction is one update, and a hundred events
 * while a read is under way cost one more read. For the event loop; only the watch calls on
 * ZooKeeper's thread.
 *
 * <p>It ends with its connection: a watch that lives on after a reconnect replays nothing of what
 * it missed.
 *
 * <pre>
 *  open ── session ──► watch, list ──► listed ── event ──► dirty ── read ──► delta ──► listed
 *  any ── no session, session lost, read failed or late, watch removed by others ──► end
 * </pre>
 */
final class ZooKeeperSubscription implements Subscription, Watcher {
  /** The engine waits no longer for a proof, so who gives none in this time is late (rule 3.9). */
  private static final Duration PROOF = Duration.ofSeconds(2);

  private final ZooKeeperConnection connection;
  private final ZooKeeperReader reader;
  private final Duration proof;
  private final Duration listTimeout;
  private final String service;
  private final String path;
  private final Observer observer;
  private final Consumer<DiscoveryException> onSessionEnd = this::end;
  private final Set<String> dirty = new LinkedHashSet<>();
  private ZooKeeperSession session; // null until connected
  private boolean reading;
  private long revision;
  private boolean over;

  ZooKeeperSubscription(
      ZooKeeperConnection connection,
      ZooKeeperReader reader,
      ZooKeeperSettings settings,
      ZooKeeperKeys keys,
      String service,
      Observer observer) {
    this.connection = connection;
    this.reader = reader;
    Duration request = settings.config().requestTimeout();
    this.proof = request.compareTo(PROOF) < 0 ? request : PROOF;
    this.listTimeout = settings.config().listTimeout();
    this.service = service;
    this.path = keys.service(service);
    this.observer = observer;
  }

  void open() {
    read(
        this::follow,
        listing -> {
          revision = listing.revision();
          observer.onListing(listing);
        });
  }

  @Override
  public CompletionStage<Void> probe() {
    return connection.call(proof, "probing " + path, ZooKeeperSession::probe);
  }

  @Override
  public void close() {
    if (!over) {
      over = true;
      if (session != null) {
        session.forget(onSessionEnd);
        session.unwatch(path, this);
      }
    }
  }

  @Override
  public void process(WatchedEvent event) {
    if (event.getType() != Event.EventType.None) {
      connection.hear(() -> changed(event));
    }
  }

  private void changed(WatchedEvent event) {
    switch (event.getType()) {
      case NodeCreated, NodeDataChanged, NodeDeleted -> {
        ZooKeeperKeys.childName(path, event.getPath()).ifPresent(dirty::add);
        readDirty();
      }
      default ->
          end(
              ZooKeeperFailures.unavailable(
                  "watching " + path + ": another user of this client removed the watch"));
    }
  }

  private CompletionStage<Listing> follow(ZooKeeperSession connected) {
    if (over) {
      return CompletableFuture.failedFuture(ZooKeeperFailures.unavailable("closed meanwhile"));
    }
    session = connected;
    session.whenEnded(onSessionEnd);
    CompletionStage<Void> watching = session.watch(path, this);
    // In the same breath: ZooKeeper keeps the order. The watch needs no permission, the read does.
    return reader.list(session, service).thenCombine(watching, (listing, set) -> listing);
  }

  private void readDirty() {
    if (!over && !reading && !dirty.isEmpty()) {
      List<String> names = List.copyOf(dirty);
      dirty.clear();
      read(current -> reader.nodes(current, path, names), nodes -> tell(names, nodes));
    }
  }

  private void tell(List<String> names, Map<String, Node> nodes) {
    revision = Math.max(revision, ZooKeeperReader.revision(nodes));
    List<String> removes = new ArrayList<>(names);
    removes.removeAll(nodes.keySet());
    observer.onDelta(new Delta(revision, ZooKeeperReader.entries(nodes), removes));
  }

  /** One read at a time; what turns dirty meanwhile is read after it. */
  private <T> void read(Function<ZooKeeperSession, CompletionStage<T>> calls, Consumer<T> take) {
    reading = true;
    connection
        .call(listTimeout, "reading " + path, calls)
        .whenComplete(
            (value, failure) -> {
              reading = false;
              if (failure != null) {
                end(ZooKeeperFailures.of("reading " + path, failure));
              } else if (!over) {
                take.accept(value);
                readDirty();
              }
            });
  }

  private void end(DiscoveryException cause) {
    if (!over) {
      close();
      observer.onEnd(cause);
    }
  }
}
