package io.discovery.zookeeper;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Creates ephemeral nodes. One that comes alone is a request of its own. Those that come while one
 * is under way wait for its answer, or until they are many, and go together, as it is transactions
 * that a server is slow at.
 *
 * <p>A transaction is all or nothing, so no node must fail for another: if one is refused, each
 * goes by itself. What fails for another reason, as without an answer, fails for all. A lost
 * connection fails those who wait, too: the client would carry them over to its next one.
 *
 * <p>A node is known for ours by its czxid, which the answer to a create in a transaction lacks and
 * that to a change has. All nodes of a transaction have the same one, so the last of them is
 * changed in the same transaction; its version is 1.
 *
 * <p>For the event loop.
 */
final class ZooKeeperCreates {
  private static final int MOST = 64;

  /** Four of the longest records; by default a server takes 1 MiB. */
  private static final int MOST_BYTES = 64 * 1024;

  private final ZooKeeperSession session;
  private final Queue<Creation> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private int underWay;

  ZooKeeperCreates(ZooKeeperSession session) {
    this.session = session;
  }

  /**
   * Creates a node, perhaps a little later.
   *
   * @param wanted asked before the node is sent
   */
  CompletionStage<Stat> create(String path, byte[] value, List<ACL> acl, BooleanSupplier wanted) {
    Creation creation = new Creation(path, value, acl, wanted);
    waiting.add(creation);
    waitingBytes += creation.bytes();
    send();
    return creation.created;
  }

  private void send() {
    while (!waiting.isEmpty() && (underWay == 0 || areMany())) {
      List<Creation> together = next();
      if (!together.isEmpty()) {
        underWay++;
        send(together)
            .whenComplete(
                (done, failure) -> {
                  underWay--;
                  if (failure != null && ZooKeeperFailures.code(failure) == Code.CONNECTIONLOSS) {
                    List.copyOf(waiting).forEach(creation -> creation.settle(null, failure));
                  }
                  send();
                });
      }
    }
  }

  /** A store that is far away, or has a lot to write, would be kept waiting by them. */
  private boolean areMany() {
    return waiting.size() >= MOST || waitingBytes >= MOST_BYTES;
  }

  /** Takes all, and of many bytes no more than a request should have. */
  private List<Creation> next() {
    List<Creation> together = new ArrayList<>();
    int bytes = 0;
    while (!waiting.isEmpty()) {
      bytes += waiting.element().bytes();
      if (!together.isEmpty() && bytes > MOST_BYTES) {
        break;
      }
      Creation next = waiting.remove();
      waitingBytes -= next.bytes();
      if (next.isWanted()) {
        together.add(next);
      }
    }
    return together;
  }

  private CompletionStage<?> send(List<Creation> together) {
    return together.size() == 1 ? alone(together.get(0)) : transaction(together);
  }

  private CompletionStage<Stat> alone(Creation creation) {
    return session
        .create(creation.path, creation.value, creation.acl, CreateMode.EPHEMERAL)
        .whenComplete(creation::settle);
  }

  private CompletionStage<List<OpResult>> transaction(List<Creation> together) {
    List<Op> ops = new ArrayList<>();
    together.forEach(creation -> ops.add(creation.op()));
    Creation last = together.get(together.size() - 1);
    ops.add(Op.setData(last.path, last.value, 0));
    return session
        .commit(ops)
        .whenComplete(
            (results, failure) -> {
              if (failure == null) {
                Stat changed = ((OpResult.SetDataResult) results.get(together.size())).getStat();
                Stat made = justMadeWith(changed);
                together.forEach(each -> each.settle(each == last ? changed : made, null));
              } else if (ZooKeeperFailures.isRefusal(failure)) {
                together.stream().filter(Creation::isWanted).forEach(this::alone);
              } else {
                together.forEach(creation -> creation.settle(null, failure));
              }
            });
  }

  /** Returns what is known of a node that was made in the same transaction. */
  private static Stat justMadeWith(Stat sibling) {
    Stat stat = new Stat();
    stat.setCzxid(sibling.getCzxid());
    stat.setEphemeralOwner(sibling.getEphemeralOwner());
    return stat;
  }

  private static final class Creation {
    private final String path;
    private final byte[] value;
    private final List<ACL> acl;
    private final BooleanSupplier wanted;
    private final CompletableFuture<Stat> created = new CompletableFuture<>();

    Creation(String path, byte[] value, List<ACL> acl, BooleanSupplier wanted) {
      this.path = path;
      this.value = value;
      this.acl = acl;
      this.wanted = wanted;
    }

    int bytes() {
      return path.length() + value.length;
    }

    /** Fails it if it is not. */
    boolean isWanted() {
      if (!wanted.getAsBoolean()) {
        settle(null, ZooKeeperFailures.unavailable("writing " + path + ": too late"));
      }
      return !created.isDone();
    }

    Op op() {
      return Op.create(path, value, acl, CreateMode.EPHEMERAL);
    }

    void settle(Stat stat, Throwable failure) {
      if (failure == null) {
        created.complete(stat);
      } else {
        created.completeExceptionally(failure);
      }
    }
  }
}
