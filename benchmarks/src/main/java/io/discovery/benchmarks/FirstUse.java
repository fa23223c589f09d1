package io.discovery.benchmarks;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * In a JVM that has just started: the bare client connects and reads; the others open, register and
 * read. Mostly the loading of classes, so it is measured from main.
 */
final class FirstUse implements Job {
  private static final int PRESENT = 10;

  private final StoreType type;

  FirstUse(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "first-use-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    try (Store store = type.launch()) {
      store.writer().fill(Main.SERVICE, PRESENT);
      AtomicInteger next = new AtomicInteger(PRESENT);
      Contest contest =
          stage.contest("from main to the first view", stage.scale(1, 0), stage.scale(9, 1));
      for (Contestant contestant : type.contestants()) {
        contest.enter(
            contestant,
            () ->
                samples ->
                    samples.add(
                        Measure.TIME,
                        ChildJvm.ask(
                            Main.class,
                            type.name(),
                            contestant.name(),
                            store.endpoint(),
                            Integer.toString(next.getAndIncrement()))));
      }
      contest.run(Line.median(Measure.TIME, Goal.timesBare(1.3)));
    }
  }

  /** The program of the new JVM. Without lambdas of its own: the first one of a JVM costs 30 ms. */
  static final class Main {
    static final String SERVICE = "first";

    private Main() {}

    public static void main(String[] args) {
      try {
        long start = System.nanoTime();
        Contestant contestant = Contestant.valueOf(args[1]);
        Client client = StoreType.valueOf(args[0]).open(contestant, args[2]);
        if (contestant != Contestant.BARE) {
          client.register(SERVICE, Integer.parseInt(args[3])).await();
        }
        client.watch(SERVICE, new Gate()).await();
        System.out.println(Measure.millis(System.nanoTime() - start));
      } catch (Exception e) {
        e.printStackTrace(System.err);
      }
      System.exit(0);
    }
  }
}
