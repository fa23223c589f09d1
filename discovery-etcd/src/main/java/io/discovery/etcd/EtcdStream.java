package io.discovery.etcd;

import io.discovery.spi.EventLoop;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One stream of a watch, from its opening to whatever ends it: jetcd's own resumption is cut off,
 * see {@link EtcdSubscription}. Confined to the event loop, except for what jetcd calls on its
 * threads, which is carried over.
 */
final class EtcdStream implements Watch.Listener {
  /** For how long a confirmation proves it alive: rule 3.9 leaves no more beside the next proof. */
  private static final Duration LATELY = Duration.ofMillis(500);

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final Sink sink;
  private final CompletableFuture<Watch.Watcher> watcher = new CompletableFuture<>();
  private final CompletableFuture<Void> confirmed = new CompletableFuture<>();
  private EventLoop.Timer timer = () -> {};
  private long confirmedAt; // if it was
  private boolean closed;

  /** Is told on the loop, in the store's order, and never after {@link #close}. */
  interface Sink {
    void onAnswer(WatchResponse answer);

    /** It has ended, for this reason, and is to be closed. */
    void onBreak(Throwable cause);
  }

  private EtcdStream(EtcdConnection connection, Sink sink) {
    this.connection = connection;
    this.loop = connection.loop();
    this.sink = sink;
  }

  /**
   * Opens a stream of all that changes below a prefix.
   *
   * @param from the first revision of interest
   */
  static EtcdStream open(EtcdConnection connection, ByteSequence prefix, long from, Sink sink) {
    EtcdStream stream = new EtcdStream(connection, sink);
    WatchOption option =
        WatchOption.builder()
            .withRange(OptionsUtil.prefixEndOf(prefix))
            .withRevision(from)
            .withCreateNotify(true)
            .withProgressNotify(true)
            .withRequireLeader(true)
            .build();
    connection.watch(prefix, option, stream, stream.watcher);
    return stream;
  }

  /** Tells whether it may yet be confirmed, or was so lately. */
  boolean isFit() {
    return !confirmed.isDone()
        || (!confirmed.isCompletedExceptionally()
            && loop.nanoTime() - confirmedAt < LATELY.toNanos());
  }

  /** Completes when the store has confirmed it, and fails if that takes longer than this. */
  CompletionStage<Void> confirmation(Duration limit) {
    if (!confirmed.isDone()) {
      timer =
          loop.schedule(
              limit,
              () ->
                  confirmed.completeExceptionally(
                      connection.unavailable("the watch was not confirmed")));
    }
    return confirmed;
  }

  /** The store confirms it; returns whether for the first time, and not too late. */
  boolean confirm() {
    timer.cancel();
    confirmedAt = loop.nanoTime();
    return confirmed.complete(null);
  }

  /** Asks the store to say how far it has told. */
  void requestProgress() {
    use(Watch.Watcher::requestProgress);
  }

  /** Idempotent. */
  void close() {
    closed = true;
    timer.cancel();
    use(Watch.Watcher::close);
  }

  /** Behind the opening on the same thread, so that the watcher is there. */
  private void use(Consumer<Watch.Watcher> use) {
    connection.jetcd(client -> opened().thenAccept(use));
  }

  @Override
  public void onNext(WatchResponse response) {
    connection.hear(unlessClosed(() -> sink.onAnswer(response)));
  }

  @Override
  public void onError(Throwable e) {
    // Not here: under a lock of jetcd's, which all watches share.
    loop.execute(unlessClosed(() -> sink.onBreak(e)));
    // Which jetcd reports as an end of its own; the cause has to come before. Still under the lock,
    // which keeps it from opening the stream again.
    opened().thenAccept(Watch.Watcher::close);
  }

  @Override
  public void onCompleted() {
    onError(connection.unavailable("the store ended the watch"));
  }

  private CompletionStage<Watch.Watcher> opened() {
    return watcher;
  }

  private Runnable unlessClosed(Runnable news) {
    return () -> {
      if (!closed) {
        news.run();
      }
    };
  }
}
