package io.discovery.etcd;

import io.etcd.jetcd.ByteSequence;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  /** Leaves time for the stream's own answer, whatever other calls may take. */
  private static final Duration LIMIT = Duration.ofMillis(1200);

  private final EtcdConnection connection;
  private Optional<CompletableFuture<Long>> asking = Optional.empty();

  EtcdQuorum(EtcdConnection connection) {
    this.connection = connection;
  }

  /**
   * Returns a revision that the quorum has reached; fails if there is no quorum.
   *
   * @param key one that the asker may read, for no more may be permitted
   */
  CompletionStage<Long> revision(ByteSequence key) {
    if (asking.isEmpty()) {
      CompletableFuture<Long> answer = new CompletableFuture<>();
      asking = Optional.of(answer);
      EtcdDeadline deadline = new EtcdDeadline(connection.loop(), limit());
      ask(key, deadline)
          // A member that is stopping says so at once; another may know.
          .exceptionallyCompose(
              e ->
                  EtcdFailures.isOutage(e) && !deadline.left().isZero()
                      ? ask(key, deadline)
                      : CompletableFuture.failedFuture(e))
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

  private CompletionStage<Long> ask(ByteSequence key, EtcdDeadline deadline) {
    return EtcdTurns.ask(connection, deadline, limit -> connection.look(key, limit))
        .thenApply(answer -> answer.getHeader().getRevision());
  }

  private Duration limit() {
    Duration call = connection.callTimeout();
    return call.compareTo(LIMIT) < 0 ? call : LIMIT;
  }
}
