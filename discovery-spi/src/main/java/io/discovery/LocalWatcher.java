package io.discovery;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.discovery.Watcher.Phase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What the application holds of a watch. The event loop publishes into two volatile fields,
 * snapshot first, and signals; the mailbox and {@link #next} take the newest of them, so a slow
 * reader costs one snapshot (rule 3.6). Safe for any thread.
 */
final class LocalWatcher implements Watcher {
  private final Engine engine;
  private final String service;
  private final Listener listener;
  private final Mailbox mailbox;
  private final Runnable onRefresh;
  private final Consumer<LocalWatcher> onClose;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Object news = new Object(); // waited on by next()
  private volatile Optional<Snapshot> current = Optional.empty();
  private volatile Status status;
  private Optional<Snapshot> told = Optional.empty(); // by the mailbox; only in drain
  private Status toldStatus; // likewise
  private Optional<Snapshot> pulled = Optional.empty(); // by next(); guarded by news

  LocalWatcher(
      Engine engine,
      String service,
      Listener listener,
      Consumer<LocalWatcher> onRefresh,
      Consumer<LocalWatcher> onClose) {
    this.engine = engine;
    this.service = service;
    this.listener = listener;
    this.mailbox = new Mailbox(engine, this::drain);
    this.onRefresh = () -> onRefresh.accept(this);
    this.onClose = onClose;
    this.status = new Status(Phase.CONNECTING, engine.clock.instant(), Optional.empty());
    this.toldStatus = status;
  }

  /** Publishes what the view knows. On the loop. */
  void publish(Optional<Snapshot> snapshot, Status next) {
    engine.checkLoop();
    synchronized (news) {
      if (closed.get()) {
        return;
      }
      current = snapshot;
      status = next;
      news.notifyAll();
    }
    mailbox.signal();
  }

  /**
   * Delivers the newest: the status is read first, so that its snapshot is at least as new as it is
   * (rule 3.9).
   */
  private void drain() {
    Status nextStatus = status;
    Optional<Snapshot> next = current;
    if (next.isPresent() && isNews(told, next.get())) {
      told = next;
      mailbox.call(() -> listener.onSnapshot(next.get()));
    }
    if (!nextStatus.equals(toldStatus)) {
      toldStatus = nextStatus;
      mailbox.call(() -> listener.onStatus(nextStatus));
    }
  }

  /** After skipping intermediate sets the newest may equal the one told before (rule 3.5). */
  private static boolean isNews(Optional<Snapshot> before, Snapshot next) {
    return before.isEmpty()
        || (before.get().sequence() != next.sequence()
            && !before.get().instances().equals(next.instances()));
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public Optional<Snapshot> current() {
    return current;
  }

  @Override
  public Status status() {
    return status;
  }

  @Override
  public Optional<Snapshot> next(Duration timeout) {
    long deadline = System.nanoTime() + Math.min(NANOSECONDS.convert(timeout), Long.MAX_VALUE / 2);
    synchronized (news) {
      while (!closed.get()) {
        if (current.isPresent() && isNews(pulled, current.get())) {
          pulled = current;
          return pulled;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return Optional.empty();
        }
        try {
          news.wait(left / 1_000_000 + 1);
        } catch (InterruptedException e) {
          throw Await.interrupted(e);
        }
      }
    }
    throw new IllegalStateException(
        "the watch of '" + Names.escape(service) + "' is closed (expected: an open watcher)");
  }

  @Override
  public void refresh() {
    onRefresh.run();
  }

  @Override
  public void close() {
    end();
    onClose.accept(this);
    mailbox.awaitIdle();
  }

  /** Lets no further callback begin, without waiting for one under way. */
  void end() {
    mailbox.shut();
    synchronized (news) {
      if (closed.compareAndSet(false, true)) {
        status = new Status(Phase.CLOSED, engine.clock.instant(), Optional.empty());
        news.notifyAll();
      }
    }
  }

  @Override
  public String toString() {
    return "watch of " + Names.escape(service) + " " + status.phase();
  }
}
