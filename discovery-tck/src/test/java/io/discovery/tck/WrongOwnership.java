package io.discovery.tck;

import io.discovery.spi.Backend;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A record held in a {@link Wrong} way. On the event loop. */
record WrongOwnership(
    Wrong what, Ownership right, EventLoop loop, Backend backend, String service, String id)
    implements Ownership {
  @Override
  public CompletionStage<Duration> write(Write write) {
    return switch (what) {
      case FIGHTS_SUCCESSORS ->
          right.write(new Write(write.value(), Write.Claim.TAKE_OVER, write.relocated()));
      case ACKNOWLEDGES_TOO_SOON -> {
        loop.schedule(Duration.ofMillis(100), () -> forget(right.write(write)));
        yield CompletableFuture.completedFuture(Duration.ofSeconds(1));
      }
      case TAKES_EXISTING_FOR_OWN ->
          backend
              .list(service)
              .thenCompose(
                  listing ->
                      listing.entries().contains(new Entry(id, write.value()))
                          ? CompletableFuture.completedFuture(Duration.ofSeconds(1))
                          : right.write(write));
      default -> right.write(write);
    };
  }

  private static void forget(CompletionStage<Duration> outcome) {
    outcome.toCompletableFuture().isDone();
  }

  @Override
  public CompletionStage<Void> release() {
    return what == Wrong.RELEASES_NOTHING
        ? CompletableFuture.completedFuture(null)
        : right.release();
  }
}
