package io.discovery.benchmarks;

import io.discovery.tck.TcpProxy;
import java.util.concurrent.TimeUnit;

/** A connection with a thousand watched services is cut while nothing changes. ZooKeeper only. */
final class Reconnect implements Job {
  private static final Measure REQUESTS = new Measure("requests a service", "");
  private static final Measure CALLBACKS = new Measure("callbacks", "");
  private static final long SOUND_NANOS = TimeUnit.SECONDS.toNanos(6);

  @Override
  public String name() {
    return "reconnect-zookeeper";
  }

  @Override
  public void run(Stage stage) throws Exception {
    int services = stage.scale(1_000, 200);
    try (Store store = StoreType.ZOOKEEPER.launch()) {
      Watches.fill(store, services);
      Contest contest =
          stage.contest(
              Figures.plain(services) + " services, nothing changed",
              stage.scale(1, 0),
              stage.scale(9, 1));
      for (Contestant contestant : StoreType.ZOOKEEPER.contestants()) {
        contest.enter(contestant, () -> new Cut(store, contestant, services));
      }
      contest.run(
          Line.median(Measure.TIME, Goal.times(0.5, Contestant.X_DISCOVERY)),
          Line.median(REQUESTS, Goal.threeEach(services)),
          Line.median(CALLBACKS, Goal.most(0, "")));
    }
  }

  private static final class Cut implements Entry {
    private final Store store;
    private final TcpProxy proxy;
    private final Client client;
    private final Watches watches;
    private final String proof;
    private final Gate changed = new Gate();
    private final int services;
    private long lastTrouble = System.nanoTime() - SOUND_NANOS;

    Cut(Store store, Contestant contestant, int services) throws Exception {
      this.store = store;
      this.services = services;
      proxy = new TcpProxy(store.port());
      client = StoreType.ZOOKEEPER.open(contestant, proxy.endpoint());
      watches = new Watches(client, 0, services);
      proof = "proof" + contestant.name();
      store.writer().prepare(proof).join();
      client.watch(proof, changed).await();
    }

    @Override
    public void round(Samples samples) throws Exception {
      // Who was cut a moment ago backs off for longer; that is another question than this one.
      TimeUnit.NANOSECONDS.sleep(SOUND_NANOS - (System.nanoTime() - lastTrouble));
      long calls = watches.calls();
      long messages = store.messages();
      long connections = proxy.accepted();
      proxy.cut();
      Traffic traffic = new Traffic(proxy);
      long back = traffic.awaitConnection(connections + 1);
      long silent = traffic.awaitSilence();
      samples.add(Measure.TIME, Measure.millis(silent - back));
      samples.add(REQUESTS, (store.messages() - messages) / (services + 1.0));
      lastTrouble = System.nanoTime();
      samples.add(CALLBACKS, (double) (watches.calls() - calls));
      proveCurrent();
    }

    /** Or whoever does nothing would be the best. By a service that no other contestant watches. */
    private void proveCurrent() throws InterruptedException {
      changed.expect(1);
      store.writer().create(proof, 0).join();
      changed.await();
      changed.expect(0);
      store.writer().delete(proof, 0).join();
      changed.await();
    }

    @Override
    public void close() {
      client.close();
      proxy.close();
    }
  }
}
