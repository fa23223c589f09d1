package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.spi.EventLoop;
import io.etcd.jetcd.ByteSequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The engine's questions whether a stream is alive. Proven is that it lives, and that it comes from
 * a member that keeps up with the quorum: its word that it has come as far as the quorum just said.
 *
 * <p>Confined to the event loop.
 */
final class EtcdProofs {
  /** Before a member is asked again that has not heard yet of all that the quorum has decided. */
  private static final Duration LAG = Duration.ofMillis(200);

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final EtcdQuorum quorum;
  private final ByteSequence prefix;
  private final Runnable requestProgress;
  private final List<Proof> open = new ArrayList<>();
  private EventLoop.Timer asking = () -> {};

  /**
   * @param requestProgress asks the stream how far it has come
   */
  EtcdProofs(
      EtcdConnection connection, EtcdQuorum quorum, ByteSequence prefix, Runnable requestProgress) {
    this.connection = connection;
    this.loop = connection.loop();
    this.quorum = quorum;
    this.prefix = prefix;
    this.requestProgress = requestProgress;
  }

  CompletionStage<Void> ask() {
    Proof proof = new Proof();
    open.add(proof);
    EventLoop.Timer late =
        loop.schedule(
            connection.callTimeout(),
            () ->
                proof.outcome.completeExceptionally(connection.unavailable("the watch is silent")));
    quorum
        .revision(prefix)
        .whenComplete(
            (reached, e) -> {
              if (e != null) {
                proof.outcome.completeExceptionally(e);
              } else {
                proof.due = reached;
                askHowFar();
              }
            });
    return proof.outcome.whenComplete((proven, e) -> late.cancel());
  }

  boolean isAwaited() {
    return !open.isEmpty();
  }

  /** Takes note of how far the stream has come. */
  void reached(long revision) {
    open.removeIf(proof -> proof.isProvenBy(revision));
  }

  /** The stream is over. */
  void fail(DiscoveryException cause) {
    asking.cancel();
    open.forEach(proof -> proof.outcome.completeExceptionally(cause));
    open.clear();
  }

  /** Until it has come far enough: a newer etcd says nothing as long as it lags. */
  private void askHowFar() {
    asking.cancel();
    if (open.stream().anyMatch(Proof::isAsked)) {
      requestProgress.run();
      asking = loop.schedule(LAG, this::askHowFar);
    }
  }

  private static final class Proof {
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private long due = Long.MAX_VALUE; // the revision that proves it, once the quorum has answered

    boolean isAsked() {
      return due < Long.MAX_VALUE && !outcome.isDone();
    }

    boolean isProvenBy(long reached) {
      return reached >= due && outcome.complete(null);
    }
  }
}
