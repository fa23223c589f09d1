package io.discovery.benchmarks;

/** A thousand services watched over one connection: opening all of them. */
final class ManyServices implements Job {
  private static final Measure REQUESTS = new Measure("requests a service", "");
  private static final Measure THREADS = new Measure("threads more than for one service", "");
  private static final int SERVICES = 1_000;

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
      Watches.fill(store, SERVICES + 1);
      Contest contest = stage.contest("1,000 × 10", stage.scale(3, 1), stage.scale(10, 3));
      for (Contestant contestant : type.contestants()) {
        contest.enter(contestant, () -> new Opening(store, contestant));
      }
      contest.run(
          Line.median(Measure.TIME, Goal.timesBare(1.5)),
          type == StoreType.ETCD ? Line.median(REQUESTS) : Line.median(REQUESTS, Goal.most(3, "")),
          Line.median(THREADS, Goal.most(2, " (constant)")));
    }
  }

  private record Opening(Store store, Contestant contestant) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      try (Client client = store.open(contestant)) {
        new Watches(client, SERVICES, SERVICES + 1); // connected and warm
        int threads = Processor.threads();
        long messages = store.messages();
        long start = System.nanoTime();
        new Watches(client, 0, SERVICES);
        samples.addTimeSince(start);
        samples.add(REQUESTS, (store.messages() - messages) / (double) SERVICES);
        samples.add(THREADS, Processor.threads() - threads);
      }
    }
  }
}
