package io.discovery.grpc;

import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Turns any number of signals into few deliveries to one channel: the first at once, those within a
 * window after a delivery together at its end, each with the newest value, and none is lost.
 *
 * <pre>
 *  IDLE ── signal ──► BUSY: fetch (executor), deliver (context), wait for the window's end ──► IDLE
 *                      └── signal ──► AGAIN ── window's end ──► BUSY
 * </pre>
 *
 * <p>{@link #signal} may be called on any thread and does no work there: a synchronization context
 * runs its tasks on the thread that finds it idle, and that is to be one of the channel's executor,
 * not a registry's. All else belongs to the context.
 */
final class Conflation<T> {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  static final Duration WINDOW = Duration.ofMillis(30);

  private final SynchronizationContext context;
  private final ScheduledExecutorService timer;
  private final Executor executor;
  private final Supplier<T> fetch;
  private final Consumer<T> deliver;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private volatile boolean closed; // written in the context
  private ScheduledHandle window; // in the context; null before the first delivery

  /**
   * @param fetch runs on {@code executor}, not in the context and never twice at a time; if it
   *     throws, nothing is delivered until the next signal
   * @param deliver runs in the context
   */
  Conflation(
      SynchronizationContext context,
      ScheduledExecutorService timer,
      Executor executor,
      Supplier<T> fetch,
      Consumer<T> deliver) {
    this.context = context;
    this.timer = timer;
    this.executor = executor;
    this.fetch = fetch;
    this.deliver = deliver;
  }

  private enum State {
    IDLE,
    BUSY,
    AGAIN
  }

  /** There is news. */
  void signal() {
    if (state.getAndUpdate(now -> now == State.IDLE ? State.BUSY : State.AGAIN) == State.IDLE) {
      begin();
    }
  }

  /** Delivers nothing from here on. In the context; idempotent. */
  void close() {
    context.throwIfNotInThisSynchronizationContext();
    closed = true;
    if (window != null) {
      window.cancel();
    }
  }

  private void begin() {
    // A channel that has ended must not be given tasks: its executor would be taken out of its pool
    // again and never returned.
    if (!closed) {
      executor.execute(this::run);
    }
  }

  private void run() {
    if (closed) {
      return;
    }
    state.set(State.BUSY); // signals so far are answered by this fetch, later ones by another
    T newest;
    try {
      newest = fetch.get();
    } catch (Throwable e) {
      // An Error too: a lack of memory passes, a state that stays BUSY would not. Logged last, for
      // that needs memory as well.
      context.execute(() -> finish(() -> {}));
      LOG.log(Level.WARNING, "news for a channel could not be fetched; the next will be", e);
      return;
    }
    context.execute(() -> finish(() -> deliver.accept(newest)));
  }

  private void finish(Runnable delivery) {
    if (!closed) {
      delivery.run();
      window = context.schedule(this::windowEnded, WINDOW.toMillis(), TimeUnit.MILLISECONDS, timer);
    }
  }

  private void windowEnded() {
    if (!state.compareAndSet(State.BUSY, State.IDLE)) {
      begin();
    }
  }
}
