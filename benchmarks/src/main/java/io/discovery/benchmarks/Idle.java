package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ten registrations and ten watches of ten instances, and nothing happens. The server counts what
 * all of its clients send, so what it receives in as long a time without any contestant, the pings
 * of the session that filled it above all, is measured first and subtracted.
 */
final class Idle implements Job {
  private static final Measure CPU = new Measure("CPU a minute", "ms");
  private static final Measure MESSAGES = new Measure("messages a minute", "");
  private static final int COUNT = 10;
  private static final int TTL_SECONDS = 10;
  private static final int SETTLED_SECONDS = 1;
  private static final int SECONDS = 30;

  private final StoreType type;

  Idle(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "idle-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    if (stage.quick()) {
      stage.note("not in a quick pass: it takes half a minute each to see nothing happen");
      return;
    }
    try (Store store = type.launch()) {
      Watches.fill(store, COUNT);
      TimeUnit.SECONDS.sleep(SETTLED_SECONDS);
      long baseline = received(store);
      Contest contest = stage.contest("10 registrations, 10 watches", 0, 1);
      for (Contestant contestant : type.contestants()) {
        contest.enter(contestant, () -> new Idling(store, contestant, baseline));
      }
      contest.run(Line.median(CPU), Line.median(MESSAGES, Goal.most(needed(), "")));
    }
  }

  /**
   * One renewal each TTL/3, of the session or of each lease, and a proof of life each second, of
   * the connection, or of each stream and of the quorum: jetcd gives each watch a stream of its
   * own. So many fit into the time if the first of them falls on its beginning.
   */
  private double needed() {
    int renewals = SECONDS * 3 / TTL_SECONDS + 1;
    int proofs = SECONDS + 1;
    int messages =
        type == StoreType.ETCD ? COUNT * (renewals + proofs) + proofs : renewals + proofs;
    return messages * 60.0 / SECONDS;
  }

  /** Returns how many messages come while nothing is done. */
  private static long received(Store store) throws Exception {
    long before = store.messages();
    TimeUnit.SECONDS.sleep(SECONDS);
    return store.messages() - before;
  }

  /** Returns what a contestant has sent; never less than nothing, as a ping may fall either way. */
  static double aMinute(long messages, long baseline) {
    return Math.max(0, messages - baseline) * 60.0 / SECONDS;
  }

  private record Idling(Store store, Contestant contestant, long baseline) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      try (Client client = store.open(contestant)) {
        new Watches(client, 0, COUNT);
        store.writer().prepare("idle").join();
        List<Handle> registrations = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
          registrations.add(client.register("idle", i));
        }
        for (Handle registration : registrations) {
          registration.await();
        }
        TimeUnit.SECONDS.sleep(SETTLED_SECONDS);
        long cpu = Processor.nanos();
        long messages = received(store);
        samples.add(CPU, Measure.millis(Processor.nanos() - cpu) * 60 / SECONDS);
        samples.add(MESSAGES, aMinute(messages, baseline));
      }
    }
  }
}
