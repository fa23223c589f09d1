package io.discovery.benchmarks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooKeeper;

/**
 * Reads nodes by multi-reads: a few are under way at a time, and what is wanted meanwhile fills the
 * next ones, whichever service it belongs to. Only for ZooKeeper's event thread.
 */
final class BatchedReads {
  private static final int BATCH = 128;
  private static final int IN_FLIGHT = 4;

  /** What is given to {@code then} is empty if there is no such node. */
  private record Read(String path, Consumer<Optional<byte[]>> then) {}

  private final ZooKeeper zk;
  private final Queue<Read> waiting = new ArrayDeque<>();
  private int inFlight;

  BatchedReads(ZooKeeper zk) {
    this.zk = zk;
  }

  /** Wants one more node, once {@link #flush} is called or something under way is done. */
  void add(String path, Consumer<Optional<byte[]>> then) {
    waiting.add(new Read(path, then));
  }

  void flush() {
    while (inFlight < IN_FLIGHT && !waiting.isEmpty()) {
      List<Read> reads = new ArrayList<>(BATCH);
      List<Op> ops = new ArrayList<>(BATCH);
      while (reads.size() < BATCH && !waiting.isEmpty()) {
        Read read = waiting.remove();
        reads.add(read);
        ops.add(Op.getData(read.path()));
      }
      inFlight++;
      zk.multi(ops, (rc, path, ctx, results) -> take(reads, results), null);
    }
  }

  private void take(List<Read> reads, List<OpResult> results) {
    inFlight--;
    // Null if the connection was lost; who reads again after that does so by itself.
    for (int i = 0; results != null && i < results.size(); i++) {
      Optional<byte[]> value =
          results.get(i) instanceof OpResult.GetDataResult found
              ? Optional.of(found.getData())
              : Optional.empty();
      reads.get(i).then().accept(value);
    }
    flush();
  }
}
