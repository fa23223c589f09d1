package io.discovery.etcd;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Whether the store still has the history that we have seen. A store that lost its data keeps its
 * ids, and when its revision has passed ours, nothing else gives it away (rule 3.12). So after a
 * stream has ended, the newest record seen is looked at once more as of its own revision: another
 * one there, or none, is another history. Where that revision has been compacted, nobody can tell.
 *
 * <p>Confined to the event loop.
 */
final class EtcdLineage {
  private final EtcdConnection connection;
  private Optional<KeyValue> newest = Optional.empty();
  private Optional<CompletionStage<Void>> check = Optional.empty(); // under way
  private long doubts;
  private long dispelled;
  private int replaced;

  EtcdLineage(EtcdConnection connection) {
    this.connection = connection;
  }

  /** Returns what identifies the data set, of which one cluster may have had several. */
  String store(String cluster) {
    return replaced == 0 ? cluster : cluster + "-" + replaced;
  }

  /** Takes note of a record that exists as it is here. */
  void seen(KeyValue record) {
    if (newest.isEmpty() || record.getModRevision() > newest.get().getModRevision()) {
      newest = Optional.of(record);
    }
  }

  void seen(List<KeyValue> records) {
    records.forEach(this::seen);
  }

  /** A stream has ended: whatever answers next may be another store. */
  void doubt() {
    doubts++;
  }

  /** Completes when it is known which history this is; fails if the store does not answer. */
  CompletionStage<Void> known() {
    if (doubts == dispelled || newest.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    if (check.isEmpty()) {
      check = Optional.of(look(newest.get(), doubts));
    }
    return check.get();
  }

  private CompletionStage<Void> look(KeyValue record, long doubt) {
    GetOption then = GetOption.builder().withRevision(record.getModRevision()).build();
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    EtcdDeadline deadline = new EtcdDeadline(connection.loop(), connection.requestTimeout());
    EtcdTurns.ask(
            connection,
            deadline,
            limit -> connection.kv(limit, kv -> kv.get(record.getKey(), then)))
        .whenComplete(
            (found, failure) -> {
              check = Optional.empty();
              if (failure == null && isSame(found, record)) {
                dispelled = doubt;
              } else if (failure == null || EtcdFailures.isFutureRevision(failure)) {
                dispelled = doubt;
                replaced++;
                newest = Optional.empty();
              } else if (EtcdFailures.isCompacted(failure) || EtcdFailures.isForbidden(failure)) {
                dispelled = doubt;
                newest = Optional.empty();
              } else {
                outcome.completeExceptionally(unwrapped(failure));
              }
              outcome.complete(null);
            });
    return outcome;
  }

  private static boolean isSame(GetResponse found, KeyValue record) {
    return found.getKvs().stream()
        .anyMatch(
            kv ->
                kv.getModRevision() == record.getModRevision()
                    && kv.getLease() == record.getLease()
                    && kv.getValue().equals(record.getValue()));
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
