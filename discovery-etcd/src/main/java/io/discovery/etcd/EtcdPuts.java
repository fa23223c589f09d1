package io.discovery.etcd;

import io.discovery.spi.EventLoop;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Puts that compare: each writes a key if its mod revision is still the one last seen, and reads it
 * otherwise. A put that comes alone is a transaction of its own. Those that come while some are
 * under way wait for these and then go together, as it is transactions that a store is slow at: a
 * thousand registrations are two thousand of them one by one.
 *
 * <p>A transaction is all or nothing, so one put must not fail for another: if a comparison fails,
 * the puts whose key is as expected go again without the others; if the store refuses one lease or
 * one key, each goes again by itself; if it refuses so many, fewer go together from then on. What
 * fails for another reason, as without an answer, fails for all.
 *
 * <p>Confined to the event loop.
 */
final class EtcdPuts {
  /** A frozen member of a cluster holds one up for the time of a call; others lead past it. */
  static final int LANES = 4;

  /** By default etcd takes 128 operations. */
  private static final int MOST = 64;

  /** By default etcd takes 1.5 MiB, in which each key is three times. */
  private static final int MOST_BYTES = 512 * 1024;

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final Deque<Put> waiting = new ArrayDeque<>();
  private int most = MOST;
  private int underWay;
  private boolean sending;

  /**
   * What has become of a put.
   *
   * @param revision of the store: that of the key if it was put
   * @param found the key as it is, if it was not put and exists
   */
  record Outcome(boolean done, long revision, List<KeyValue> found) {}

  EtcdPuts(EtcdConnection connection) {
    this.connection = connection;
    this.loop = connection.loop();
  }

  /**
   * Puts a key.
   *
   * @param limit until when there must be an outcome
   * @param seen the mod revision that it must have; 0 if it must not exist
   */
  CompletionStage<Outcome> put(
      Duration limit, ByteSequence key, ByteSequence value, long lease, long seen) {
    Put put = new Put(key, value, lease, seen, new EtcdDeadline(loop, limit));
    EventLoop.Timer timer = loop.schedule(limit, () -> expire(put));
    waiting.add(put);
    send();
    return put.outcome.whenComplete((outcome, failure) -> timer.cancel());
  }

  private void expire(Put put) {
    connection.unanswered();
    put.fail(connection.unavailable("no answer in time"));
  }

  /** One loop, not a recursion: a transaction may fail before it returns. */
  private void send() {
    if (sending) {
      return;
    }
    sending = true;
    try {
      while (underWay < LANES && isAnyWaiting()) {
        send(next());
      }
    } finally {
      sending = false;
    }
  }

  private void send(List<Put> together) {
    underWay++;
    commit(together)
        .whenComplete(
            (response, failure) -> {
              underWay--;
              if (failure == null) {
                answered(together, response);
              } else {
                failed(together, failure);
              }
              send();
            });
  }

  private boolean isAnyWaiting() {
    waiting.removeIf(put -> put.outcome.isDone()); // since their time is up
    return !waiting.isEmpty();
  }

  /** Takes as many as may go together; of one key etcd allows no two puts. */
  private List<Put> next() {
    Map<ByteSequence, Put> together = new LinkedHashMap<>();
    int bytes = 0;
    boolean alone = false;
    while (!waiting.isEmpty() && together.size() < most && !alone) {
      Put put = waiting.element();
      bytes += put.bytes();
      alone = put.alone;
      boolean fits = !alone && bytes <= MOST_BYTES && !together.containsKey(put.key);
      if (!together.isEmpty() && !fits) {
        break;
      }
      together.put(put.key, waiting.remove());
    }
    return List.copyOf(together.values());
  }

  private CompletionStage<TxnResponse> commit(List<Put> together) {
    Duration limit = together.stream().map(Put::left).max(Duration::compareTo).orElseThrow();
    return connection.kv(limit, kv -> transaction(kv, together));
  }

  private static CompletableFuture<TxnResponse> transaction(KV kv, List<Put> together) {
    return kv.txn()
        .If(together.stream().map(Put::comparison).toArray(Cmp[]::new))
        .Then(together.stream().map(Put::write).toArray(Op[]::new))
        .Else(together.stream().map(Put::read).toArray(Op[]::new))
        .commit();
  }

  private void failed(List<Put> together, Throwable failure) {
    boolean several = together.size() > 1;
    if (several && EtcdFailures.isTooMuch(failure)) {
      most = Math.min(most, together.size() / 2);
      again(together);
    } else if (several
        && (EtcdFailures.isLeaseGone(failure) || EtcdFailures.isForbidden(failure))) {
      together.forEach(put -> put.alone = true);
      again(together);
    } else {
      together.forEach(put -> put.fail(failure));
    }
  }

  private void answered(List<Put> together, TxnResponse response) {
    long revision = response.getHeader().getRevision();
    List<GetResponse> read = response.getGetResponses();
    if (response.isSucceeded()) {
      Outcome done = new Outcome(true, revision, List.of());
      together.forEach(put -> put.outcome.complete(done));
    } else if (read.size() == together.size()) {
      List<Put> asExpected = new ArrayList<>();
      for (int i = 0; i < read.size(); i++) {
        Put put = together.get(i);
        List<KeyValue> found = read.get(i).getKvs();
        if (together.size() > 1 && put.expects(found)) {
          asExpected.add(put);
        } else {
          put.outcome.complete(new Outcome(false, revision, found));
        }
      }
      if (asExpected.size() == together.size()) { // the store contradicts itself
        asExpected.forEach(put -> put.alone = true);
      }
      again(asExpected);
    } else {
      failed(
          together,
          connection.unavailable(
              together.size() + " keys were asked for and " + read.size() + " answered"));
    }
  }

  private void again(List<Put> puts) {
    List<Put> others = List.copyOf(waiting);
    waiting.clear();
    waiting.addAll(puts);
    waiting.addAll(others);
  }

  private static final class Put {
    private final ByteSequence key;
    private final ByteSequence value;
    private final long lease;
    private final long seen;
    private final EtcdDeadline deadline;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private boolean alone; // since it was refused with others

    Put(ByteSequence key, ByteSequence value, long lease, long seen, EtcdDeadline deadline) {
      this.key = key;
      this.value = value;
      this.lease = lease;
      this.seen = seen;
      this.deadline = deadline;
    }

    int bytes() {
      return key.size() + value.size();
    }

    Duration left() {
      return deadline.left();
    }

    Cmp comparison() {
      return new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(seen));
    }

    Op write() {
      return Op.put(key, value, PutOption.builder().withLeaseId(lease).build());
    }

    Op read() {
      return Op.get(key, GetOption.DEFAULT);
    }

    boolean expects(List<KeyValue> found) {
      return seen == (found.isEmpty() ? 0 : found.get(0).getModRevision());
    }

    void fail(Throwable failure) {
      outcome.completeExceptionally(failure);
    }
  }
}
