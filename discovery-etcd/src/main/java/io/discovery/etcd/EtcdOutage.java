package io.discovery.etcd;

import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * What is done while the store does not answer: ask about once a second, tell the engine when the
 * answer comes, and replace the client in between. A gRPC channel that has failed waits up to two
 * minutes before it tries its members again, and nothing can shorten that; so when calls fail for
 * more than a second though plain TCP connects, a new client takes over.
 *
 * <pre>
 *  answering ── failed ──► failing: ping each second ── answered ──► answering, reachable()
 *                             └─ failing > 1 s, a member accepts ──► new client; after 3, 6, … 30 s of silence again
 * </pre>
 *
 * <p>Confined to the event loop.
 */
final class EtcdOutage {
  private static final Logger LOG = System.getLogger(EtcdOutage.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  // In a cold JVM on little processor the first call loads classes for longer than it may take. A
  // new client would have to start over.
  private static final Duration COLD = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(3);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Supplier<? extends CompletionStage<?>> ping;
  private final Duration limit;
  private final Supplier<CompletionStage<Boolean>> replaceClient;
  private final BackendContext context;
  private final EventLoop loop;

  private boolean heard; // an answer of any kind, a refused connection included
  private boolean failing;
  private boolean closed;
  private long since;
  private Duration pause = FIRST_PAUSE;
  private long replaceNotBefore;
  private EventLoop.Timer timer = () -> {};

  /**
   * @param ping asks for an answer; fails without one
   * @param limit when it fails by itself
   * @param replaceClient makes a new client if a member accepts connections; completes with whether
   */
  EtcdOutage(
      Supplier<? extends CompletionStage<?>> ping,
      Duration limit,
      Supplier<CompletionStage<Boolean>> replaceClient,
      BackendContext context) {
    this.ping = ping;
    this.limit = limit;
    this.replaceClient = replaceClient;
    this.context = context;
    this.loop = context.loop();
    this.replaceNotBefore = loop.nanoTime() + COLD.toNanos();
  }

  /** A call has failed. */
  void failed() {
    heard();
    unanswered();
  }

  /** A call has not been answered in time. */
  void unanswered() {
    if (!failing && !closed) {
      failing = true;
      since = loop.nanoTime();
      askLater();
    }
  }

  void answered() {
    heard();
    if (failing) {
      failing = false;
      timer.cancel();
      pause = FIRST_PAUSE;
      context.reachable();
    }
  }

  private void heard() {
    if (!heard) {
      heard = true;
      replaceNotBefore = loop.nanoTime();
    }
  }

  void close() {
    closed = true;
    failing = false;
    timer.cancel();
  }

  /** The answer itself arrives at {@link #answered}; here is only what to do without one. */
  private void ask() {
    long asked = loop.nanoTime();
    ping.get()
        .whenComplete(
            (pong, failure) -> {
              if (failure != null && loop.nanoTime() - asked < limit.toNanos()) {
                refused();
              }
              if (failing && isReplacementDue()) {
                replace();
              } else if (failing) {
                askLater();
              }
            });
  }

  /**
   * Somebody said no. A silent member is given more and more time, for it may be slow; one that is
   * gone may be back at any moment, and only a new client would find it soon.
   */
  private void refused() {
    long soon = loop.nanoTime() + FIRST_PAUSE.toNanos();
    pause = FIRST_PAUSE;
    if (replaceNotBefore - soon > 0) {
      replaceNotBefore = soon;
    }
  }

  private boolean isReplacementDue() {
    long now = loop.nanoTime();
    return now - since > PATIENCE.toNanos() && now - replaceNotBefore >= 0;
  }

  private void replace() {
    replaceClient
        .get()
        .thenAccept(
            replaced -> {
              if (replaced) {
                LOG.log(
                    Level.DEBUG,
                    "{0} accepts connections but answers no calls: made a new client",
                    context.label());
                replaceNotBefore = loop.nanoTime() + pause.toNanos();
                pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
              }
              if (failing && replaced) {
                ask();
              } else if (failing) {
                askLater();
              }
            });
  }

  /** Spread a little: all clients of a server that died noticed it at the same moment. */
  private void askLater() {
    long millis = ThreadLocalRandom.current().nextLong(800, 1200);
    timer.cancel();
    timer = loop.schedule(Duration.ofMillis(millis), this::ask);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
