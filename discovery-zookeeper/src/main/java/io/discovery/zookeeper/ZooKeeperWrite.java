package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write;
import io.discovery.spi.Write.Claim;
import io.discovery.zookeeper.ZooKeeperSession.Node;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * One attempt to make a record true. What it meets decides; it looks again when a step finds the
 * node changed since:
 *
 * <pre>
 *  nothing                        → create
 *  ours, this session, same value → nothing to do
 *  ours, this session             → set data; if relocated, replace
 *  ours, an earlier session       → replace, before the server ends that session and the node
 *  foreign                        → take over: replace; heal: SUPERSEDED, untouched
 * </pre>
 *
 * <p>Owner and version are read before every step that changes a node, and the step depends on that
 * version, which no successor has: see {@link ZooKeeperRecord}. For the event loop. Past its
 * deadline an attempt takes no further step; what it has sent is in the {@link ZooKeeperTraces}.
 */
final class ZooKeeperWrite {
  private static final int READS = 5;

  private final ZooKeeperSession session;
  private final ZooKeeperRecord record;
  private final ZooKeeperTraces traces;
  private final Write write;
  private final Runnable onAcknowledged;
  private final CompletableFuture<Duration> result;
  private int reads;

  /**
   * Prepares an attempt.
   *
   * @param onAcknowledged called before {@code result} is completed with success
   * @param result completed with the granted time to live, or failed, here or by its deadline
   */
  ZooKeeperWrite(
      ZooKeeperSession session,
      ZooKeeperRecord record,
      ZooKeeperTraces traces,
      Write write,
      Runnable onAcknowledged,
      CompletableFuture<Duration> result) {
    this.session = session;
    this.record = record;
    this.traces = traces;
    this.write = write;
    this.onAcknowledged = onAcknowledged;
    this.result = result;
  }

  void begin() {
    if (traces.none()) {
      create(); // most likely nothing is there
    } else {
      read();
    }
  }

  private void read() {
    if (result.isDone()) {
      return;
    }
    if (++reads > READS) {
      fail(ZooKeeperFailures.unavailable("writing " + record.path() + ": others keep changing it"));
      return;
    }
    session
        .getData(record.path())
        .whenComplete(
            (node, failure) -> {
              if (failure == null) {
                decide(node);
              } else if (ZooKeeperFailures.code(failure) == Code.NONODE) {
                create();
              } else {
                fail(failure);
              }
            });
  }

  private void decide(Node node) {
    Stat stat = node.stat();
    boolean ours = traces.isOurs(stat);
    boolean current = ours && stat.getEphemeralOwner() == session.id();
    if (!ours && write.claim() == Claim.HEAL) {
      fail(superseded(stat));
    } else if (current && Arrays.equals(node.value(), write.value())) {
      acknowledged(stat);
    } else if (current && !write.relocated()) {
      step(() -> session.setData(record.path(), write.value(), stat.getVersion()));
    } else {
      step(() -> record.replace(session, write.value(), stat.getVersion()));
    }
  }

  private void create() {
    step(() -> record.create(session, write.value(), () -> !result.isDone()));
  }

  private void step(Supplier<CompletionStage<Stat>> change) {
    if (result.isDone()) {
      return;
    }
    boolean inDoubt = traces.sending(session.id());
    change
        .get()
        .whenComplete(
            (stat, failure) -> {
              if (failure == null) {
                acknowledged(stat);
                return;
              }
              if (!inDoubt && ZooKeeperFailures.isRefusal(failure)) {
                traces.refused(session.id());
              }
              switch (ZooKeeperFailures.code(failure)) {
                case NONODE, NODEEXISTS, BADVERSION -> read();
                default -> fail(failure);
              }
            });
  }

  private void acknowledged(Stat stat) {
    traces.acknowledged(stat);
    if (!result.isDone()) {
      onAcknowledged.run();
      result.complete(session.ttl());
    }
  }

  private DiscoveryException superseded(Stat stat) {
    return new DiscoveryException(
        Reason.SUPERSEDED,
        "writing "
            + record.path()
            + ": it belongs to session 0x"
            + Long.toHexString(stat.getEphemeralOwner())
            + " (expected: ours, 0x"
            + Long.toHexString(session.id())
            + "; another process has registered this id since)");
  }

  private void fail(Throwable failure) {
    result.completeExceptionally(ZooKeeperFailures.of("writing " + record.path(), failure));
  }
}
