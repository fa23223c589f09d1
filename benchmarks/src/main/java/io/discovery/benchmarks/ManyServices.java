package io.discovery.benchmarks;

import java.util.HashSet;
import java.util.Set;

/** A thousand services watched over one connection: opening all of them. */
final class ManyServices implements Job {
  private static final Measure REQUESTS = new Measure("requests a service", "");
  private static final Measure THREADS = new Measure("threads more than for one service", "");

  private final StoreType type;

  ManyServices(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "many-services-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    try (Store store = type.launch()) {
      int services = stage.scale(1_000, 200);
      Watches.fill(store, services + 1);
      String subject = Figures.plain(services) + " × 10";
      Contest contest = stage.contest(subject, stage.scale(6, 0), stage.scale(20, 2));
      for (Contestant contestant : type.contestants()) {
        contest.enter(contestant, () -> new Opening(store, contestant, services));
      }
      contest.run(
          Line.median(Measure.TIME, Goal.timesBare(1.5)),
          Line.median(THREADS, Goal.most(2, " (constant)")));
      // Rounds of their own: the wait for the last request takes longer than all the rest.
      Contest counting = stage.contest(subject, 0, stage.scale(3, 1));
      for (Contestant contestant : type.contestants()) {
        counting.enter(contestant, () -> new Counting(store, contestant, services));
      }
      counting.run(
          type == StoreType.ETCD
              ? Line.median(REQUESTS)
              : Line.median(REQUESTS, Goal.threeEach(services)));
    }
  }

  private record Opening(Store store, Contestant contestant, int services) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      try (Client client = store.open(contestant)) {
        new Watches(client, services, services + 1); // connected and warm
        Set<Long> threads = Processor.threads();
        long start = System.nanoTime();
        new Watches(client, 0, services);
        samples.addTimeSince(start);
        Set<Long> more = new HashSet<>(Processor.threads());
        more.removeAll(threads);
        samples.add(THREADS, more.size());
      }
    }
  }

  private record Counting(Store store, Contestant contestant, int services) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      try (Client client = store.open(contestant)) {
        new Watches(client, services, services + 1); // connected
        Requests requests = new Requests(store::messages);
        new Watches(client, 0, services);
        samples.add(REQUESTS, requests.settled() / (double) services);
      }
    }
  }
}
