package io.discovery.etcd;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Asks the next member when one says nothing. Calls go to the members of a cluster in turn, also to
 * one that is frozen or cut off, as long as its connection stands; a call that waits for that one
 * waits in vain, while the others would have answered. So of the time there is the first call gets
 * a little, and each next one twice as much. What fails sooner has been answered, and is not asked
 * again. Stateless.
 */
final class EtcdTurns {
  private static final int FIRST_SHARE = 4;

  private EtcdTurns() {}

  /**
   * Makes a call, and again while there is time.
   *
   * @param call makes the call, which may be made twice, within this time
   */
  static <T> CompletionStage<T> ask(
      EtcdConnection connection,
      EtcdDeadline deadline,
      Function<Duration, CompletionStage<T>> call) {
    return connection.isCluster()
        ? ask(connection, deadline, firstShare(connection, deadline), call)
        : call.apply(deadline.left());
  }

  /** Returns how long the first member of a cluster may take. */
  static Duration firstShare(EtcdConnection connection, EtcdDeadline deadline) {
    Duration left = deadline.left();
    Duration request = connection.requestTimeout();
    return (left.compareTo(request) < 0 ? left : request).dividedBy(FIRST_SHARE);
  }

  private static <T> CompletionStage<T> ask(
      EtcdConnection connection,
      EtcdDeadline deadline,
      Duration share,
      Function<Duration, CompletionStage<T>> call) {
    Duration left = deadline.left();
    if (share.compareTo(left) >= 0) {
      return call.apply(left);
    }
    long begun = connection.loop().nanoTime();
    return call.apply(share)
        .exceptionallyCompose(
            e ->
                connection.loop().nanoTime() - begun >= share.toNanos()
                    ? ask(connection, deadline, share.multipliedBy(2), call)
                    : CompletableFuture.failedFuture(e));
  }
}
