package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A list at revision R, then a watch from R over one stream. Whatever ends the stream ends the
 * subscription: jetcd's own resumption continues from the store's present revision and so loses
 * what was committed between two cuts, and of several kinds of end it makes nothing at all.
 *
 * <pre>
 *  listing ── pages read ──► opening ── CREATED within 2 s ──► live ──► ended
 *     └────────── failure ──────┴──── any error or end, close() ─────────┘
 * </pre>
 *
 * <p>Confined to the event loop, except for {@link Stream}, which jetcd calls on its threads.
 */
final class EtcdSubscription implements Subscription {
  /** Before a member is asked again that has not heard yet of all that the quorum has decided. */
  private static final Duration LAG = Duration.ofMillis(200);

  private static final Duration CREATED_WITHIN = Duration.ofSeconds(2);

  /** Of which the third member asked gets two seconds. */
  private static final Duration CREATED_BY_SOME_MEMBER_WITHIN = Duration.ofSeconds(4);

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final EtcdLineage lineage;
  private final EtcdQuorum quorum;
  private final ByteSequence prefix;
  private final Observer observer;
  private final Consumer<EtcdSubscription> onOver;
  private final List<Probe> probes = new ArrayList<>();

  private Optional<Stream> stream = Optional.empty();
  private EventLoop.Timer timer = () -> {};
  private EventLoop.Timer asking = () -> {};
  // Of the listing, until that is told: as large as the service.
  private List<Entry> entries = new ArrayList<>();
  private String cluster = "";
  private String store = "";
  private long revision;
  private boolean over;

  /**
   * @param onOver called when the subscription has ended in whatever way
   */
  EtcdSubscription(
      EtcdConnection connection,
      EtcdLineage lineage,
      EtcdQuorum quorum,
      ByteSequence prefix,
      Observer observer,
      Consumer<EtcdSubscription> onOver) {
    this.connection = connection;
    this.loop = connection.loop();
    this.lineage = lineage;
    this.quorum = quorum;
    this.prefix = prefix;
    this.observer = observer;
    this.onOver = onOver;
  }

  /** Begins when the first read is there. */
  void start(CompletionStage<EtcdPages.Result> reading) {
    reading
        .thenAccept(
            result -> {
              if (!over) {
                watch(result);
              }
            })
        .whenComplete(
            (begun, e) -> {
              if (e != null) {
                end(connection.failure(e));
              }
            });
  }

  /** Hands on one page while the store is busy with what follows. */
  void prepare(GetResponse page) {
    if (!over) {
      lineage.seen(page.getKvs());
      List<Entry> part = EtcdKeys.entriesBelow(prefix, page.getKvs());
      entries.addAll(part);
      observer.onPart(part);
    }
  }

  /**
   * Proven is that the stream lives, and that it comes from a member that keeps up with the quorum:
   * its word that it has come as far as the quorum just said.
   */
  @Override
  public CompletionStage<Void> probe() {
    Probe probe = new Probe();
    if (over || stream.isEmpty()) {
      probe.proof.completeExceptionally(
          connection.unavailable("there is no stream to prove alive"));
      return probe.proof;
    }
    probes.add(probe);
    EventLoop.Timer late =
        loop.schedule(
            connection.callTimeout(),
            () -> probe.proof.completeExceptionally(connection.unavailable("the watch is silent")));
    quorum
        .revision(prefix)
        .whenComplete(
            (reached, e) -> {
              if (e != null) {
                probe.proof.completeExceptionally(e);
              } else {
                probe.due = reached;
                askHowFar();
              }
            });
    return probe.proof.whenComplete((proof, e) -> late.cancel());
  }

  /** Until it has come far enough: a newer etcd says nothing as long as it lags. */
  private void askHowFar() {
    asking.cancel();
    if (!over && probes.stream().anyMatch(Probe::isAsked)) {
      stream.ifPresent(present -> present.use(Watch.Watcher::requestProgress));
      asking = loop.schedule(LAG, this::askHowFar);
    }
  }

  @Override
  public void close() {
    if (!probes.isEmpty()) {
      lineage.doubt(); // closed for its silence
      connection.streamSilent();
    }
    finish(connection.unavailable("the subscription is closed"));
  }

  /** Ends the subscription, if it has not ended yet, and tells the observer. */
  void end(DiscoveryException cause) {
    if (finish(cause)) {
      observer.onEnd(cause);
    }
  }

  private boolean finish(DiscoveryException cause) {
    if (over) {
      return false;
    }
    over = true;
    timer.cancel();
    stream.ifPresent(Stream::close);
    entries = List.of();
    asking.cancel();
    probes.forEach(probe -> probe.proof.completeExceptionally(cause));
    probes.clear();
    onOver.accept(this);
    return true;
  }

  private void watch(EtcdPages.Result result) {
    cluster = result.cluster();
    store = lineage.store(cluster);
    revision = result.revision();
    long listed = revision;
    // Not by a new list: with three members the calls of an attempt go round, and so each attempt's
    // stream to the same member, be it the frozen one.
    Duration limit = connection.isCluster() ? CREATED_BY_SOME_MEMBER_WITHIN : CREATED_WITHIN;
    EtcdTurns.ask(connection, new EtcdDeadline(loop, limit), share -> open(listed, share))
        .whenComplete(
            (confirmed, e) -> {
              if (e != null) {
                broken(e);
              }
            });
    prepare(result.last());
  }

  /** Opens a stream in place of the one before; completes when the store has confirmed it. */
  private CompletionStage<Void> open(long listed, Duration limit) {
    stream.ifPresent(Stream::close);
    Stream next = new Stream(listed);
    stream = Optional.of(next);
    timer =
        loop.schedule(
            limit,
            () ->
                next.confirmed.completeExceptionally(
                    connection.unavailable("the watch was not confirmed")));
    WatchOption option =
        WatchOption.builder()
            .withRange(OptionsUtil.prefixEndOf(prefix))
            // Not from the next one on: until that is there, a newer etcd gives no sign of life.
            // Changes of this one are in the listing.
            .withRevision(listed)
            .withCreateNotify(true)
            .withProgressNotify(true)
            .withRequireLeader(true)
            .build();
    connection.watch(prefix, option, next, next.opened);
    return next.confirmed;
  }

  private void broken(Throwable cause) {
    lineage.doubt();
    connection.streamEnded(cause);
    // Too many changes for one message are no lasting obstacle: a list comes in portions.
    end(
        EtcdFailures.isTooLarge(cause)
            ? connection.unavailable("a message of the watch was too large")
            : connection.failure(cause));
  }

  private void received(Stream from, WatchResponse response) {
    Response.Header header = response.getHeader();
    if (!Long.toHexString(header.getClusterId()).equals(cluster)) {
      end(connection.unavailable("another cluster answers than before"));
      return;
    }
    if (header.getRevision() < revision) {
      // A member that lags, or a store that was wiped: the quorum's answer tells.
      quorum.revision(prefix);
    }
    if (response.isCreatedNotify()) {
      confirmed(from);
    } else if (!response.getEvents().isEmpty()) {
      changed(response.getEvents(), from.listed);
    }
    probes.removeIf(probe -> probe.isProvenBy(header.getRevision()));
  }

  private void confirmed(Stream present) {
    if (present.confirmed.complete(null)) {
      timer.cancel();
      observer.onListing(new Listing(store, present.listed, entries));
      entries = List.of();
    } else {
      broken(connection.unavailable("the watch was confirmed twice"));
    }
  }

  /** One message may carry several changes of a key; the last one counts. */
  private void changed(List<WatchEvent> events, long listed) {
    Map<String, Optional<Entry>> last = new LinkedHashMap<>();
    for (WatchEvent event : events) {
      if (event.getKeyValue().getModRevision() <= listed) {
        continue;
      }
      revision = Math.max(revision, event.getKeyValue().getModRevision());
      if (event.getEventType() == WatchEvent.EventType.PUT) {
        lineage.seen(event.getKeyValue());
      }
      ByteSequence value = event.getKeyValue().getValue();
      EtcdKeys.idBelow(prefix, event.getKeyValue().getKey())
          .ifPresent(
              id ->
                  last.put(
                      id,
                      event.getEventType() == WatchEvent.EventType.DELETE
                          ? Optional.empty()
                          : Optional.of(new Entry(id, value.getBytes()))));
    }
    connection.observed(revision);
    List<Entry> puts = last.values().stream().flatMap(Optional::stream).toList();
    List<String> removes = last.keySet().stream().filter(id -> last.get(id).isEmpty()).toList();
    if (!last.isEmpty()) {
      observer.onDelta(new Delta(revision, puts, removes));
    }
  }

  /** A question that the engine waits on. */
  private static final class Probe {
    private final CompletableFuture<Void> proof = new CompletableFuture<>();
    private long due = Long.MAX_VALUE; // the revision that proves it, once the quorum has answered

    boolean isAsked() {
      return due < Long.MAX_VALUE && !proof.isDone();
    }

    boolean isProvenBy(long reached) {
      return reached >= due && proof.complete(null);
    }
  }

  /** One stream, and what jetcd tells of it, carried over to the loop while it is the present. */
  private final class Stream implements Watch.Listener {
    private final long listed; // the revision that the stream begins at
    private final CompletableFuture<Watch.Watcher> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> confirmed = new CompletableFuture<>();

    Stream(long listed) {
      this.listed = listed;
    }

    /** Behind the opening on the same thread, so that the watcher is there. */
    void use(Consumer<Watch.Watcher> use) {
      connection.jetcd(client -> opened().thenAccept(use));
    }

    void close() {
      use(Watch.Watcher::close);
    }

    @Override
    public void onNext(WatchResponse response) {
      tell(() -> received(this, response));
    }

    @Override
    public void onError(Throwable e) {
      tell(() -> broken(e));
      // Which jetcd reports as an end of its own; the cause has to come before. Still under jetcd's
      // lock, which keeps it from opening the stream again.
      opened().thenAccept(Watch.Watcher::close);
    }

    @Override
    public void onCompleted() {
      onError(connection.unavailable("the store ended the watch"));
    }

    private CompletionStage<Watch.Watcher> opened() {
      return opened;
    }

    private void tell(Runnable news) {
      loop.execute(
          () -> {
            if (!over && stream.filter(present -> present == this).isPresent()) {
              news.run();
            }
          });
    }
  }
}
