package io.discovery.benchmarks;

/** What a held instance takes, all of the contestant's own structures included. */
final class Heap implements Job {
  private static final Measure BYTES = new Measure("heap of an instance", "B");
  private static final String SERVICE = "heap";
  private static final int WARM = 1_000;

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
    int size = stage.scale(50_000, 2_000);
    try (Store store = type.launch()) {
      store.writer().fill("warm", WARM);
      store.writer().fill(SERVICE, size);
      Contest contest = stage.contest(Figures.plain(size) + " instances", 0, stage.scale(3, 1));
      for (Contestant contestant : type.contestants()) {
        contest.enter(
            contestant,
            () ->
                samples ->
                    samples.add(
                        BYTES,
                        ChildJvm.ask(
                            Main.class,
                            type.name(),
                            contestant.name(),
                            store.endpoint(),
                            Integer.toString(size))));
      }
      contest.run(Line.median(BYTES, Goal.most(600, " B")));
    }
  }

  /** Watches in a JVM of its own, where nothing else is allocated or let go meanwhile. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      try {
        Client client = StoreType.valueOf(args[0]).open(Contestant.valueOf(args[1]), args[2]);
        hold(client, "warm", WARM);
        long before = Processor.reachable();
        int size = Integer.parseInt(args[3]);
        hold(client, SERVICE, size);
        System.out.println((Processor.reachable() - before) / (double) size);
      } catch (Exception e) {
        e.printStackTrace(System.err);
      }
      System.exit(0);
    }

    private static void hold(Client client, String service, int size) throws Exception {
      Gate gate = new Gate();
      gate.expect(size);
      client.watch(service, gate).await();
      gate.await();
    }
  }
}
