package io.discovery.zookeeper;

import io.discovery.spi.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * What stands before and behind reads: a sync, so that they see all that was acknowledged before,
 * and a look at the root node, which tells whose data they are of. Once for all the reads that are
 * asked for in one turn of the event loop: a thousand services that are opened or read again
 * together would otherwise ask two thousand times. For the event loop.
 */
final class ZooKeeperBarrier {
  private final EventLoop loop;
  private final String root;
  private Optional<Turn> open = Optional.empty();

  /**
   * A sync that is on its way. Reads sent by those who complete with this stage are served between
   * the two.
   *
   * @param synced completes when the server has caught up with the leader
   * @param root the root node as it is after those reads, if it is there and may be looked at
   */
  record Fresh(CompletionStage<Void> synced, CompletionStage<Optional<Stat>> root) {}

  private record Turn(ZooKeeperSession session, CompletableFuture<Fresh> sent) {}

  ZooKeeperBarrier(EventLoop loop, String root) {
    this.loop = loop;
    this.root = root;
  }

  /**
   * Sends a barrier in the loop's next turn, not before, so that none who joins has asked after it
   * was sent (rule 4.1).
   */
  CompletionStage<Fresh> send(ZooKeeperSession session) {
    if (open.filter(turn -> turn.session() == session).isEmpty()) {
      Turn turn = new Turn(session, new CompletableFuture<>());
      open = Optional.of(turn);
      loop.execute(() -> send(turn));
    }
    return open.get().sent();
  }

  private void send(Turn turn) {
    open = Optional.empty();
    ZooKeeperSession session = turn.session();
    CompletableFuture<Optional<Stat>> after = new CompletableFuture<>();
    // In here the reads are sent.
    turn.sent().complete(new Fresh(session.sync(root), after));
    ZooKeeperReader.orEmpty(session.exists(root), Code.NONODE, Code.NOAUTH)
        .whenComplete(
            (stat, failure) -> {
              if (failure == null) {
                after.complete(stat);
              } else {
                after.completeExceptionally(failure);
              }
            });
  }
}
