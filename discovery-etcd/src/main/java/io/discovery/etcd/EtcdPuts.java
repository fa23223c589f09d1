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
import java.util.Collection;
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
 * the puts whose key is as expected go again without the others; if the store refuses, each goes
 * again by itself. Only without an answer all fail.
 *
 * <p>Confined to the event loop.
 */
final class EtcdPuts {
  /** A frozen member of a cluster holds up one lane; the others lead past it. */
  private static final int LANES = 4;

  /** By default etcd takes 128 operations. */
  private static final int MOST = 64;

  /** By default etcd takes 1.5 MiB; and where it takes less, each put goes by itself. */
  private static final int MOST_BYTES = 512 * 1024;

  private final EtcdConnection connection;
  private final EventLoop loop;
  private final Deque<Put> waiting = new ArrayDeque<>();
  private int underWay;

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
    EventLoop.Timer timer =
        loop.schedule(limit, () -> put.fail(connection.unavailable("no answer in time")));
    waiting.add(put);
    send();
    return put.outcome.whenComplete((outcome, failure) -> timer.cancel());
  }

  private void send() {
    while (underWay < LANES && isAnyWaiting()) {
      Collection<Put> together = next().values();
      underWay++;
      commit(together)
          .whenComplete(
              (response, failure) -> {
                underWay--;
                settle(together, response, failure);
                send();
              });
    }
  }

  private boolean isAnyWaiting() {
    waiting.removeIf(put -> put.outcome.isDone()); // since their time is up
    return !waiting.isEmpty();
  }

  /** Takes as many as may go together, by key, as etcd allows one put for each. */
  private Map<ByteSequence, Put> next() {
    Map<ByteSequence, Put> together = new LinkedHashMap<>();
    int bytes = 0;
    boolean alone = false;
    while (!waiting.isEmpty() && together.size() < MOST && !alone) {
      Put put = waiting.element();
      bytes += put.bytes();
      alone = put.alone;
      boolean fits = !alone && bytes <= MOST_BYTES && !together.containsKey(put.key);
      if (!together.isEmpty() && !fits) {
        break;
      }
      together.put(put.key, waiting.remove());
    }
    return together;
  }

  private CompletionStage<TxnResponse> commit(Collection<Put> together) {
    Duration limit = together.stream().map(Put::left).max(Duration::compareTo).orElseThrow();
    return connection.kv(limit, kv -> transaction(kv, together));
  }

  private static CompletableFuture<TxnResponse> transaction(KV kv, Collection<Put> together) {
    return kv.txn()
        .If(together.stream().map(Put::comparison).toArray(Cmp[]::new))
        .Then(together.stream().map(Put::write).toArray(Op[]::new))
        .Else(together.stream().map(Put::read).toArray(Op[]::new))
        .commit();
  }

  private void settle(Collection<Put> together, TxnResponse response, Throwable failure) {
    if (failure != null && together.size() > 1 && !EtcdFailures.isOutage(failure)) {
      together.forEach(put -> put.alone = true);
      again(together);
    } else if (failure != null) {
      together.forEach(put -> put.fail(failure));
    } else if (response.isSucceeded()) {
      Outcome done = new Outcome(true, response.getHeader().getRevision(), List.of());
      together.forEach(put -> put.outcome.complete(done));
    } else {
      again(withoutThoseThatDiffer(together, response));
    }
  }

  /** At least one differs, else the comparison would not have failed. */
  private static List<Put> withoutThoseThatDiffer(Collection<Put> together, TxnResponse response) {
    List<Put> asExpected = new ArrayList<>();
    List<GetResponse> read = response.getGetResponses();
    int next = 0;
    for (Put put : together) {
      List<KeyValue> found = read.get(next++).getKvs();
      if (put.expects(found) && together.size() > 1) {
        asExpected.add(put);
      } else {
        put.outcome.complete(new Outcome(false, response.getHeader().getRevision(), found));
      }
    }
    return asExpected;
  }

  private void again(Collection<Put> puts) {
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
