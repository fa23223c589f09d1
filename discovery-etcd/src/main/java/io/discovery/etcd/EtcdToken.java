package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The gate before which calls wait while jetcd fetches a token. A token costs the server a password
 * hash, 75 ms of processor, and jetcd would fetch one for each call that begins without; and it
 * drops a dead token only when a key-value call has failed with it. So one such call goes ahead,
 * and the others follow when it is through. Confined to the event loop.
 */
final class EtcdToken {
  /** How long a refusal stands: a wrong password shall not keep the server busy. */
  private static final Duration REFUSED = Duration.ofSeconds(5);

  private final EtcdConnection connection;
  private final boolean needed;

  /** Completes when calls may go; empty when nobody has asked since the last token was lost. */
  private Optional<CompletableFuture<Void>> gate;

  /**
   * @param needed whether calls need a token from the beginning
   */
  EtcdToken(EtcdConnection connection, boolean needed) {
    this.connection = connection;
    this.needed = needed;
    this.gate =
        needed ? Optional.empty() : Optional.of(CompletableFuture.<Void>completedFuture(null));
  }

  /** Returns what completes when calls may go. */
  CompletionStage<Void> ready() {
    return gate.isPresent() ? gate.get() : fetch();
  }

  /** As {@link #ready}, after the store has refused the token in use. */
  CompletionStage<Void> renew() {
    return isOpen() ? fetch() : ready();
  }

  /** The client that had the token may be replaced. */
  void lost() {
    if (needed && isOpen()) {
      gate = Optional.empty();
    }
  }

  private boolean isOpen() {
    return gate.isPresent() && gate.get().isDone() && !gate.get().isCompletedExceptionally();
  }

  private CompletableFuture<Void> fetch() {
    CompletableFuture<Void> opening = new CompletableFuture<>();
    gate = Optional.of(opening);
    connection
        .pingWithoutToken()
        // jetcd has now dropped the dead token.
        .exceptionallyCompose(
            e ->
                EtcdFailures.isStaleToken(e)
                    ? connection.pingWithoutToken()
                    : CompletableFuture.failedFuture(e))
        .whenComplete(
            (pong, e) -> {
              if (e == null || EtcdFailures.isForbidden(e)) {
                opening.complete(null);
              } else {
                refused(opening, connection.failure(e));
              }
            });
    return opening;
  }

  private void refused(CompletableFuture<Void> opening, DiscoveryException failure) {
    if (failure.reason() == Reason.DENIED) {
      connection.loop().schedule(REFUSED, () -> gate = Optional.empty());
    } else {
      gate = Optional.empty();
    }
    opening.completeExceptionally(failure);
  }
}
