package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Lets so many writes be under way at a time and the others wait in line. Thousands at once would
 * all run into their deadlines, with all their work done in vain and an unknown outcome each; one
 * that has waited too long has at least left nothing behind. Confined to the event loop.
 */
final class EtcdWindow {
  private static final int WIDTH = 64;

  private final EventLoop loop;
  private final Duration patience;
  private final Supplier<DiscoveryException> tooLong;
  private final Queue<Runnable> line = new ArrayDeque<>();
  private int free = WIDTH;
  private boolean admitting;

  /**
   * @param patience how long to wait in line
   * @param tooLong what those fail with who have waited too long
   */
  EtcdWindow(EventLoop loop, Duration patience, Supplier<DiscoveryException> tooLong) {
    this.loop = loop;
    this.patience = patience;
    this.tooLong = tooLong;
  }

  /** Begins the operation when its turn comes, or fails without having begun. */
  <T> CompletionStage<T> enter(Supplier<CompletionStage<T>> operation) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    EventLoop.Timer timer =
        loop.schedule(patience, () -> outcome.completeExceptionally(tooLong.get()));
    line.add(
        () -> {
          if (!outcome.isDone()) {
            timer.cancel();
            begin(operation, outcome);
          }
        });
    admit();
    return outcome;
  }

  private <T> void begin(Supplier<CompletionStage<T>> operation, CompletableFuture<T> outcome) {
    free--;
    operation
        .get()
        .whenComplete(
            (result, failure) -> {
              free++;
              if (failure == null) {
                outcome.complete(result);
              } else {
                outcome.completeExceptionally(failure);
              }
              admit();
            });
  }

  /** One loop, not a recursion: operations may end before {@link #begin} returns. */
  private void admit() {
    if (admitting) {
      return;
    }
    admitting = true;
    while (free > 0 && !line.isEmpty()) {
      line.remove().run();
    }
    admitting = false;
  }
}
