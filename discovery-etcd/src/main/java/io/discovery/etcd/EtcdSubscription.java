package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.kv.GetResponse;
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
 * A list at revision R, and a watch over one stream from R or a revision before it. The stream
 * opens behind the list; or while it is read, where it is known how far the store has come.
 * Whatever ends the stream ends the subscription: jetcd's own resumption continues from the store's
 * present revision and so loses what was committed between two cuts, and of several kinds of end it
 * makes nothing at all.
 *
 * <pre>
 *  listing ── pages read ──► listed ── CREATED within 2 s, or lately ──► live ──► ended
 *     └── failure, end of the stream ──┴──── any error or end, close() ────────────┘
 * </pre>
 *
 * <p>Confined to the event loop.
 */
final class EtcdSubscription implements Subscription, EtcdStream.Sink {
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
  private final EtcdProofs proofs;

  private Optional<EtcdStream> stream = Optional.empty();
  private final Map<String, WatchEvent> news = new LinkedHashMap<>(); // not told; last of each id
  // Of the listing, until that is told: as large as the service.
  private List<Entry> entries = new ArrayList<>();
  private String cluster = ""; // until something has answered
  private long listed; // the revision of the list, once that has been read
  private long revision; // the latest seen
  private boolean told;
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
    this.proofs =
        new EtcdProofs(
            connection, quorum, prefix, () -> stream.ifPresent(EtcdStream::requestProgress));
  }

  /**
   * Begins; the list is being read. Meanwhile the stream opens, if it is known where it may begin.
   */
  void start(CompletionStage<EtcdPages.Result> reading) {
    connection.recentRevision().ifPresent(this::open);
    reading
        .thenAccept(
            result -> {
              if (!over) {
                read(result);
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

  @Override
  public CompletionStage<Void> probe() {
    return over
        ? CompletableFuture.failedFuture(
            connection.unavailable("there is no stream to prove alive"))
        : proofs.ask();
  }

  @Override
  public void close() {
    if (over) {
      return;
    }
    if (proofs.isAwaited()) {
      lineage.doubt(); // closed for its silence
    }
    if (proofs.isAwaited() || !told) {
      connection.unanswered(); // in time, for the engine
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
    stream.ifPresent(EtcdStream::close);
    entries = List.of();
    news.clear();
    proofs.fail(cause);
    onOver.accept(this);
    return true;
  }

  private void read(EtcdPages.Result result) {
    prepare(result.last());
    if (!isFrom(result.cluster())) {
      return;
    }
    listed = result.revision();
    revision = Math.max(revision, listed);
    String store = lineage.store(cluster);
    // Not by a new list: with three members the calls of an attempt go round, and so each attempt's
    // stream to the same member, be it the frozen one.
    Duration limit = connection.isCluster() ? CREATED_BY_SOME_MEMBER_WITHIN : CREATED_WITHIN;
    EtcdTurns.ask(connection, new EtcdDeadline(loop, limit), this::confirmation)
        .thenAccept(confirmed -> tell(store))
        .whenComplete(
            (done, e) -> {
              if (e != null) {
                broken(e);
              }
            });
  }

  /** Of the stream that is there, or of a new one in its place. */
  private CompletionStage<Void> confirmation(Duration limit) {
    if (stream.filter(EtcdStream::isFit).isEmpty()) {
      open(listed);
    }
    return stream.orElseThrow().confirmation(limit);
  }

  /**
   * From this revision on and not from the next: until that is there, a newer etcd gives no sign of
   * life. Changes up to the listing's are in there.
   */
  private void open(long from) {
    stream.ifPresent(EtcdStream::close);
    news.clear(); // which comes again
    stream = Optional.of(EtcdStream.open(connection, prefix, from, this));
  }

  @Override
  public void onBreak(Throwable cause) {
    broken(cause);
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

  @Override
  public void onAnswer(WatchResponse response) {
    Response.Header header = response.getHeader();
    if (!isFrom(Long.toHexString(header.getClusterId()))) {
      return;
    }
    if (header.getRevision() < revision) {
      // A member that lags, or a store that was wiped: the quorum's answer tells.
      quorum.revision(prefix);
    }
    if (response.isCreatedNotify()) {
      confirmed();
    } else if (!response.getEvents().isEmpty()) {
      changed(response.getEvents());
    }
    proofs.reached(header.getRevision());
  }

  /** Ends with the first answer of another cluster. */
  private boolean isFrom(String answering) {
    if (cluster.isEmpty()) {
      cluster = answering;
    } else if (!cluster.equals(answering)) {
      end(connection.unavailable("another cluster answers than before"));
    }
    return !over;
  }

  private void confirmed() {
    if (!stream.orElseThrow().confirm()) {
      broken(connection.unavailable("the watch was confirmed twice"));
    }
  }

  private void tell(String store) {
    told = true;
    observer.onListing(new Listing(store, listed, entries));
    entries = List.of();
    showNews();
  }

  private void changed(List<WatchEvent> events) {
    for (WatchEvent event : events) {
      KeyValue record = event.getKeyValue();
      revision = Math.max(revision, record.getModRevision());
      EtcdKeys.idBelow(prefix, record.getKey()).ifPresent(id -> news.put(id, event));
    }
    connection.observed(revision);
    if (told) {
      showNews();
    }
  }

  private void showNews() {
    List<Entry> puts = new ArrayList<>();
    List<String> removes = new ArrayList<>();
    news.forEach(
        (id, event) -> {
          KeyValue record = event.getKeyValue();
          if (record.getModRevision() <= listed) {
            return; // in the listing, as it has become since
          }
          if (event.getEventType() == WatchEvent.EventType.DELETE) {
            removes.add(id);
          } else {
            lineage.seen(record);
            puts.add(new Entry(id, record.getValue().getBytes()));
          }
        });
    news.clear();
    if (!puts.isEmpty() || !removes.isEmpty()) {
      observer.onDelta(new Delta(revision, puts, removes));
    }
  }
}
