package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.spi.EventLoop;
import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One call to jetcd and its answer, which comes on the event loop and in time, whatever becomes of
 * jetcd's own future: those in flight when a caller closes the client that it lent may never
 * complete. A late answer is dropped.
 *
 * <pre>
 *  waiting for a token ──► sent ── answer ──► over
 *          ▲                ├── token refused, once ──┐
 *          └────────────────┼─────────────────────────┘
 *                           └── failure, deadline, given up ──► over
 * </pre>
 *
 * <p>Confined to the event loop; only {@link #start} runs where jetcd is called.
 */
final class EtcdCall<T> {
  private final EtcdConnection connection;
  private final EventLoop loop;
  private final EtcdOutage outage;
  private final Function<Client, CompletableFuture<T>> rpc;
  private final CompletableFuture<T> answer = new CompletableFuture<>();

  /**
   * @param onOver called when the call is over, in whatever way
   */
  EtcdCall(
      EtcdConnection connection,
      EtcdOutage outage,
      Duration limit,
      Function<Client, CompletableFuture<T>> rpc,
      Consumer<EtcdCall<T>> onOver) {
    this.connection = connection;
    this.loop = connection.loop();
    this.outage = outage;
    this.rpc = rpc;
    EventLoop.Timer timer = loop.schedule(limit, this::expire);
    answer()
        .whenComplete(
            (value, failure) -> {
              timer.cancel();
              onOver.accept(this);
            });
  }

  CompletionStage<T> answer() {
    return answer;
  }

  /** Sends the call as soon as there is a token. */
  void sendWith(EtcdToken token) {
    token.ready().whenComplete((ready, failure) -> sendOrFail(failure, again -> renewed(token)));
  }

  /** Sends the call as it is. */
  void send() {
    send(refused -> fail(connection.failure(refused)));
  }

  void fail(DiscoveryException failure) {
    answer.completeExceptionally(failure);
  }

  private void expire() {
    outage.unanswered();
    fail(connection.unavailable("no answer in time"));
  }

  /** The token was refused, before execution; so it is safe to send the call again with another. */
  private void renewed(EtcdToken token) {
    token
        .renew()
        .whenComplete(
            (ready, failure) -> sendOrFail(failure, refused -> fail(connection.failure(refused))));
  }

  private void sendOrFail(Throwable noToken, Consumer<Throwable> onStaleToken) {
    if (noToken == null) {
      send(onStaleToken);
    } else {
      fail(connection.failure(noToken));
    }
  }

  private void send(Consumer<Throwable> onStaleToken) {
    connection.jetcd(
        client -> {
          if (!answer.isDone()) {
            start(client)
                .whenComplete(
                    (value, failure) ->
                        connection.hear(() -> settle(value, failure, onStaleToken)));
          }
        });
  }

  private CompletionStage<T> start(Client client) {
    try {
      return rpc.apply(client);
    } catch (RuntimeException e) {
      // jetcd refuses at once when its client, or the caller's, has been closed.
      return CompletableFuture.failedFuture(e);
    }
  }

  private void settle(T value, Throwable failure, Consumer<Throwable> onStaleToken) {
    if (answer.isDone()) {
      return;
    }
    if (failure != null && EtcdFailures.isOutage(failure)) {
      outage.failed();
    } else {
      outage.answered();
    }
    if (failure == null) {
      answer.complete(value);
    } else if (EtcdFailures.isStaleToken(failure)) {
      onStaleToken.accept(failure);
    } else {
      fail(connection.failure(failure));
    }
  }
}
