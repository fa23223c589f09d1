package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** From the call of watch, on a connection that is there, to the first complete view. */
final class ColdStart implements Job {
  /** Armeria copies its list with each endpoint that it finds; beyond this it takes minutes. */
  private static final int MOST_FOR_ARMERIA = 1_000;

  private final StoreType type;

  ColdStart(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "cold-start-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    for (int size : stage.upTo(1_000, 1_000, 10_000, 50_000)) {
      try (Store store = type.launch()) {
        store.writer().fill("cold", size);
        int rounds = stage.scale(Math.max(fewest(), 120_000 / size), Math.max(1, 3_000 / size));
        Contest contest =
            stage.contest(Figures.plain(size) + " instances", stage.scale(2, 0), rounds);
        for (Contestant contestant : contestants(size)) {
          contest.enter(contestant, () -> new Watching(store.open(contestant), size));
        }
        contest.warmUp();
        contest.run(Line.median(Measure.TIME, goals()), Line.percentile(Measure.TIME, 99));
      }
    }
  }

  /** Rounds of x-discovery take up to ten seconds. */
  private int fewest() {
    return type == StoreType.ETCD ? 60 : 12;
  }

  private List<Contestant> contestants(int size) {
    List<Contestant> all = new ArrayList<>(type.contestants());
    if (type == StoreType.ZOOKEEPER && size <= MOST_FOR_ARMERIA) {
      all.add(Contestant.ARMERIA);
    }
    return all;
  }

  private Goal[] goals() {
    return type == StoreType.ETCD
        ? new Goal[] {Goal.timesBare(1.5)}
        : new Goal[] {Goal.timesBare(2), Goal.times(0.1, Contestant.X_DISCOVERY)};
  }

  private record Watching(Client client, int size) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      Gate gate = new Gate();
      gate.expect(size);
      long start = System.nanoTime();
      try (Handle watch = client.watch("cold", gate)) {
        watch.await();
        samples.add(Measure.TIME, Measure.millis(gate.await() - start));
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
