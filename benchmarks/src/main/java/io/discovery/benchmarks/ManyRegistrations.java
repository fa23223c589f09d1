package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** A thousand registrations on one connection, declared in a row, until all are acknowledged. */
final class ManyRegistrations implements Job {
  private static final int COUNT = 1_000;
  private static final int ROUNDS = 40;

  private final StoreType type;

  ManyRegistrations(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "many-registrations-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    Contest contest =
        stage.contest("1,000 acknowledged", stage.scale(ROUNDS, 0), stage.scale(ROUNDS, 1));
    for (Contestant contestant : contestants()) {
      contest.enter(contestant, () -> new Registering(type.launch(), contestant));
    }
    contest.run(Line.median(Measure.TIME, goals()));
  }

  private List<Contestant> contestants() {
    List<Contestant> all = new ArrayList<>(type.contestants());
    if (type == StoreType.ZOOKEEPER) {
      all.add(Contestant.X_DISCOVERY_16);
    }
    all.add(Contestant.BARE_IN_BATCHES);
    return all;
  }

  private Goal[] goals() {
    Goal rate =
        new Goal("rate ≥ 0.7 × bare", row -> row.value(Contestant.BARE).map(bare -> bare / 0.7));
    return type == StoreType.ETCD
        ? new Goal[] {rate}
        : new Goal[] {rate, Goal.times(0.2, Contestant.X_DISCOVERY)};
  }

  /**
   * A new connection for each round, since its end removes all registrations at once. Each
   * contestant has a server of its own, as etcd 3.4 copies the buffer of its latest writes for each
   * answer about a lease: in one server whoever writes densely makes leases dear for the next.
   */
  private record Registering(Store store, Contestant contestant) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      String service = "many" + contestant.name();
      store.writer().prepare(service).join();
      try (Client client = store.open(contestant)) {
        client.register(service, COUNT).await();
        List<Handle> registrations = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < COUNT; i++) {
          registrations.add(client.register(service, i));
        }
        for (Handle registration : registrations) {
          registration.await();
        }
        samples.addTimeSince(start);
      }
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
