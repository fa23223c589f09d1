package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Many connections watch the same service: until the last one knows of a change. */
final class FanOut implements Job {
  private static final int PRESENT = 10;

  private final StoreType type;

  FanOut(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "fan-out-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    int clients = stage.scale(200, 15);
    try (Store store = type.launch()) {
      Contest contest =
          stage.contest(clients + " clients, the last", stage.scale(50, 5), stage.scale(300, 20));
      for (Contestant contestant : type.contestants()) {
        contest.enter(contestant, () -> new Crowd(store, contestant, clients));
      }
      contest.run(
          Line.percentile(Measure.TIME, 50, Goal.timesBare(1.5)),
          Line.percentile(Measure.TIME, 99));
    }
  }

  private static final class Crowd implements Entry {
    private final List<Client> clients = new ArrayList<>();
    private final Gates gates = new Gates();
    private final Store store;
    private final String service;

    Crowd(Store store, Contestant contestant, int size) throws Exception {
      this.store = store;
      this.service = "fan" + contestant.name();
      store.writer().fill(service, PRESENT);
      for (int i = 0; i < size; i++) {
        Client client = store.open(contestant);
        clients.add(client);
        client.watch(service, gates.add(PRESENT)).await();
      }
      gates.await();
    }

    @Override
    public void round(Samples samples) throws Exception {
      gates.expect(PRESENT + 1);
      long start = System.nanoTime();
      store.writer().create(service, PRESENT).join();
      samples.add(Measure.TIME, Measure.millis(gates.await() - start));
      gates.expect(PRESENT);
      store.writer().delete(service, PRESENT).join();
      gates.await();
    }

    @Override
    public void close() {
      clients.forEach(Client::close);
    }
  }
}
