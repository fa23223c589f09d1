package io.discovery.etcd;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * How far the members that make decisions have come, asked once for all who want to know at the
 * same time. A member that is cut off from the others keeps its streams and answers for itself, and
 * ends them only when it has missed several elections, which may be long after a view has to admit
 * that it cannot see (rule 3.9).
 *
 * <p>Confined to the event loop.
 */
final class EtcdQuorum {
  private final EtcdConnection connection;
  private Optional<CompletableFuture<Long>> asking = Optional.empty();

  EtcdQuorum(EtcdConnection connection) {
    this.connection = connection;
  }

  /** Returns a revision that the quorum has reached; fails if there is none, or no quorum. */
  CompletionStage<Long> revision() {
    if (asking.isEmpty()) {
      CompletableFuture<Long> answer = new CompletableFuture<>();
      asking = Optional.of(answer);
      EtcdDeadline deadline = new EtcdDeadline(connection.loop(), connection.callTimeout());
      EtcdTurns.ask(connection, deadline, connection::ping)
          .thenApply(pong -> pong.getHeader().getRevision())
          .exceptionally(EtcdQuorum::refused)
          .whenComplete(
              (revision, failure) -> {
                asking = Optional.empty();
                if (failure == null) {
                  answer.complete(revision);
                } else {
                  answer.completeExceptionally(connection.failure(failure));
                }
              });
      return answer;
    }
    return asking.get();
  }

  /** Who may not read that key is told so by the quorum all the same, though not its revision. */
  private static long refused(Throwable failure) {
    if (EtcdFailures.isForbidden(failure)) {
      return 0;
    }
    throw failure instanceof CompletionException known ? known : new CompletionException(failure);
  }
}
