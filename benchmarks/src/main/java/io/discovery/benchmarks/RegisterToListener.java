package io.discovery.benchmarks;

/** From the call of register on one connection to the listener on another. */
final class RegisterToListener implements Job {
  private final StoreType type;

  RegisterToListener(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "register-to-listener-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    try (Store store = type.launch()) {
      for (int present : new int[] {10, 1_000}) {
        Contest contest =
            stage.contest(
                Figures.plain(present) + " present", stage.scale(5, 4), stage.scale(150, 2));
        for (Contestant contestant : type.contestants()) {
          contest.enter(
              contestant, () -> new Pair(store, contestant, present, stage.scale(50, 30)));
        }
        contest.warmUp();
        contest.run(
            Line.percentile(Measure.TIME, 50, goals()), Line.percentile(Measure.TIME, 99, goals()));
      }
    }
  }

  private Goal[] goals() {
    return type == StoreType.ETCD
        ? new Goal[] {Goal.timesBare(1.25)}
        : new Goal[] {Goal.timesBare(1.25), Goal.times(1, Contestant.X_DISCOVERY)};
  }

  /** Two connections of one contestant, each of its rounds a number of registrations. */
  private static final class Pair implements Entry {
    private final Gate gate = new Gate();
    private final Client registrant;
    private final Client observer;
    private final String service;
    private final int present;
    private final int times;

    Pair(Store store, Contestant contestant, int present, int times) throws Exception {
      // Of its own: what others register may reach a late observer within the next turn.
      this.service = "reg" + contestant.name() + present;
      store.writer().fill(service, present);
      this.registrant = store.open(contestant);
      this.observer = store.open(contestant);
      this.present = present;
      this.times = times;
      gate.expect(present);
      observer.watch(service, gate).await();
      gate.await();
    }

    @Override
    public void round(Samples samples) throws Exception {
      for (int i = 0; i < times; i++) {
        gate.expect(present + 1);
        long start = System.nanoTime();
        try (Handle registration = registrant.register(service, present)) {
          samples.add(Measure.TIME, Measure.millis(gate.await() - start));
          registration.await();
          gate.expect(present);
        }
        gate.await();
      }
    }

    @Override
    public void close() {
      registrant.close();
      observer.close();
    }
  }
}
