package io.discovery.benchmarks;

/** What a held instance takes, all of the contestant's own structures included. */
final class Heap implements Job {
  private static final Measure BYTES = new Measure("heap of an instance", "B");

  private final StoreType type;

  Heap(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "heap-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    int size = stage.scale(50_000, 10_000);
    try (Store store = type.launch()) {
      store.writer().fill("heap", size);
      Contest contest = stage.contest(Figures.plain(size) + " instances", 1, stage.scale(5, 3));
      for (Contestant contestant : type.contestants()) {
        contest.enter(contestant, () -> new Holding(store, contestant, size));
      }
      contest.run(Line.median(BYTES, Goal.most(600, " B")));
    }
  }

  private record Holding(Store store, Contestant contestant, int size) implements Entry {
    @Override
    public void round(Samples samples) throws Exception {
      try (Client client = store.open(contestant)) {
        client.watch("none", size -> {});
        long before = Processor.reachable();
        Gate gate = new Gate();
        gate.expect(size);
        try (Handle watch = client.watch("heap", gate)) {
          watch.await();
          gate.await();
          samples.add(BYTES, (Processor.reachable() - before) / (double) size);
        }
      }
    }
  }
}
