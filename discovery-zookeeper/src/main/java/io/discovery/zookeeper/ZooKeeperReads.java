package io.discovery.zookeeper;

import static java.util.stream.Collectors.partitioningBy;

import io.discovery.spi.EventLoop;
import io.discovery.zookeeper.ZooKeeperSession.Node;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/**
 * Reads many nodes of a session with few requests: for 10,000 of them 31 ms instead of half a
 * second. Each read asks for its nodes in portions, and portions that are ready in the same turn of
 * the event loop share a request, whichever services they belong to. A read that comes while
 * requests are under way waits for the next answer, a round trip at most, or until there is enough
 * for one more. For the event loop.
 */
final class ZooKeeperReads {
  /** Enough to keep the server busy; little enough that a probe or a write need not queue long. */
  private static final int PORTIONS_UNDER_WAY = 4;

  private static final int FIRST_PORTION = 10;

  /**
   * Longer ones are no instance, whatever is in them: 200 bytes, each in three characters (rules
   * 1.1 and 1.2). A request full of them would be more than a server takes, which ends the
   * connection.
   */
  private static final int LONGEST_NAME = 600;

  /** What an answer should weigh, or half of what its client takes. */
  private static final int BATCH_BYTES = 1 << 20;

  /**
   * What is there, but not for us: a record that cannot be decoded hides no other (rule 3.13). No
   * text in any encoding that is read here, so neither a record nor a setting.
   */
  private static final Node UNREADABLE = new Node(new byte[] {(byte) 0xFF}, new Stat());

  private final EventLoop loop;
  private final ZooKeeperSession session;
  private final long limitNanos;
  private final int largestBatch;
  private final long batchBytes;
  private final int firstPortion;
  private final long unknownBytes; // of a node
  private final Queue<Read> ready = new ArrayDeque<>();
  private boolean sending; // at the end of this turn
  private int requests; // under way

  /**
   * @param lent whether the client is the caller's own, with a buffer as it happens to be
   * @param limit how long anybody waits for a read
   */
  ZooKeeperReads(EventLoop loop, ZooKeeperSession session, boolean lent, Duration limit) {
    int buffer = session.maxBuffer();
    int whateverTheyHold = ZooKeeperSettings.batch(buffer);
    this.loop = loop;
    this.session = session;
    this.limitNanos = limit.toNanos();
    this.largestBatch = lent ? ZooKeeperSettings.lentBatch(buffer) : whateverTheyHold;
    this.batchBytes = Math.min(BATCH_BYTES, buffer / 2);
    this.firstPortion = Math.min(FIRST_PORTION, whateverTheyHold);
    this.unknownBytes = Math.max(ZooKeeperSettings.LARGEST_RECORD, batchBytes / whateverTheyHold);
  }

  boolean isOf(ZooKeeperSession current) {
    return session == current;
  }

  /** Reads children of {@code parent}; those that are gone are missing in the result. */
  CompletionStage<Map<String, Node>> read(String parent, List<String> names) {
    Read read = new Read(parent, names);
    proceed(read);
    if (requests == 0 || ready.size() * firstPortion >= largestBatch) {
      sendSoon();
    }
    return read.result;
  }

  private void proceed(Read read) {
    if (read.isReady()) {
      ready.add(read);
    } else {
      read.finish();
    }
  }

  private void sendSoon() {
    if (!sending && !ready.isEmpty()) {
      sending = true;
      loop.execute(this::send);
    }
  }

  private void send() {
    sending = false;
    Batch batch = new Batch();
    while (!ready.isEmpty()) {
      Read read = ready.remove();
      while (read.isReady()) {
        Portion portion = read.next();
        if (!batch.hasRoomFor(portion)) {
          batch.send();
          batch = new Batch();
        }
        batch.add(portion);
      }
      read.finish(); // if nobody has waited for it since it was ready
    }
    batch.send();
  }

  /** The nodes of one parent. */
  private final class Read {
    final Map<String, Node> nodes = new LinkedHashMap<>();
    final CompletableFuture<Map<String, Node>> result = new CompletableFuture<>();
    private final String parent;
    private final long begun = loop.nanoTime();
    private final Iterator<String> names;
    private int size = firstPortion; // of a portion
    private long nodeBytes = unknownBytes;
    private int allowed = 1;
    private int underWay;

    Read(String parent, List<String> names) {
      this.parent = parent;
      // A name that our client refuses would have it refuse all that is asked for with it.
      Map<Boolean, List<String>> valid =
          names.stream().collect(partitioningBy(name -> isAsked(name)));
      this.names = valid.get(true).iterator();
      valid.get(false).forEach(name -> nodes.put(name, UNREADABLE));
    }

    private boolean isAsked(String name) {
      return name.length() <= LONGEST_NAME && ZooKeeperKeys.isPath(path(name));
    }

    boolean isReady() {
      return underWay < allowed && names.hasNext() && !result.isDone() && isWanted();
    }

    /** One that was given up must not compete with those that follow it. */
    private boolean isWanted() {
      return loop.nanoTime() - begun < limitNanos;
    }

    /** Completes, unless an answer is still to come. */
    void finish() {
      if (underWay == 0 && names.hasNext()) {
        result.completeExceptionally(KeeperException.create(Code.OPERATIONTIMEOUT, parent));
      } else if (underWay == 0) {
        result.complete(nodes);
      }
    }

    Portion next() {
      underWay++;
      List<String> some = new ArrayList<>(size);
      while (some.size() < size && names.hasNext()) {
        some.add(names.next());
      }
      return new Portion(this, some, nodeBytes * some.size());
    }

    /**
     * A server holds whole answers in memory, for each of its clients, and nothing tells how much a
     * node holds before it is read: so the first portion is small and alone, and each next one as
     * large as the last one's nodes allow, at most twice as large; with each answer one more may be
     * under way.
     */
    void learn(int count, long bytes) {
      nodeBytes = Math.max(1, bytes / count);
      size =
          (int) Math.max(1, Math.min(largestBatch, Math.min(2L * count, batchBytes / nodeBytes)));
      allowed = Math.min(PORTIONS_UNDER_WAY, allowed + 1);
    }

    String path(String name) {
      return ZooKeeperKeys.child(parent, name);
    }
  }

  /** Nodes that a read asks for at a time, and what they are expected to weigh. */
  private record Portion(Read read, List<String> names, long bytes) {
    Stream<Op> ops() {
      return names.stream().map(name -> Op.getData(read.path(name)));
    }

    void take(List<OpResult> results) {
      long bytes = 0;
      for (int i = 0; i < names.size(); i++) {
        if (results.get(i) instanceof OpResult.GetDataResult found) {
          read.nodes.put(names.get(i), ZooKeeperSession.node(found.getData(), found.getStat()));
          bytes += found.getStat().getDataLength();
        } else if (results.get(i) instanceof OpResult.ErrorResult error) {
          missing(names.get(i), Code.get(error.getErr()));
        }
      }
      read.learn(names.size(), bytes);
    }

    private void missing(String name, Code code) {
      if (code == Code.NOAUTH) {
        read.nodes.put(name, UNREADABLE);
      } else if (code != Code.NONODE) {
        read.result.completeExceptionally(
            KeeperException.create(code == null ? Code.SYSTEMERROR : code, read.path(name)));
      }
    }
  }

  /** One request. */
  private final class Batch {
    private final List<Portion> portions = new ArrayList<>();
    private int count;
    private long bytes;

    boolean hasRoomFor(Portion portion) {
      return count + portion.names().size() <= largestBatch
          && bytes + portion.bytes() <= batchBytes;
    }

    void add(Portion portion) {
      portions.add(portion);
      count += portion.names().size();
      bytes += portion.bytes();
    }

    void send() {
      if (!portions.isEmpty()) {
        var answer = session.read(portions.stream().flatMap(Portion::ops).toList());
        requests++;
        answer.whenComplete(this::answered);
      }
    }

    private void answered(List<OpResult> results, Throwable failure) {
      requests--;
      try {
        take(results, failure);
      } finally {
        sendSoon();
      }
    }

    private void take(List<OpResult> results, Throwable failure) {
      int from = 0;
      for (Portion portion : portions) {
        Read read = portion.read();
        read.underWay--;
        if (failure == null) {
          int to = from + portion.names().size();
          portion.take(results.subList(from, to));
          from = to;
          proceed(read);
        } else {
          read.result.completeExceptionally(failure);
        }
      }
      if (failure != null && ZooKeeperFailures.code(failure) == Code.CONNECTIONLOSS) {
        // The client would carry them over to its next connection.
        List.copyOf(ready).forEach(waiting -> waiting.result.completeExceptionally(failure));
      }
    }
  }
}
