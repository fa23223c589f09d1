package io.discovery.benchmarks;

/** Watches a service of its own while another process changes it. */
final class Changes implements Entry {
  /** What one change costs this process. */
  static final Measure CPU = new Measure("CPU of a change", "µs");

  private final Gates gates = new Gates();
  private final Store store;
  private final RemoteWriter remote;
  private final Client client;
  private final String service;
  private final int size;
  private final int changes;
  private final int paceMicros;
  private int version = 1;

  /**
   * Fills the service and opens the watches.
   *
   * @param watchers how many, on one connection
   * @param changes how many in a round
   */
  Changes(
      Store store,
      RemoteWriter remote,
      Contestant contestant,
      int size,
      int watchers,
      int changes,
      int paceMicros)
      throws Exception {
    this.store = store;
    this.remote = remote;
    this.service = "chg" + contestant.name() + "-" + watchers;
    this.size = size;
    this.changes = changes;
    this.paceMicros = paceMicros;
    store.writer().fill(service, size);
    client = store.open(contestant);
    for (int i = 0; i < watchers; i++) {
      client.watch(service, gates.add(size)).await();
    }
    gates.await();
  }

  @Override
  public void round(Samples samples) throws Exception {
    gates.expect(size + 1);
    Work work = new Work();
    long start = System.nanoTime();
    remote.start(service, size, changes, paceMicros, version);
    long last = gates.await();
    samples.add(CPU, work.nanos() / 1e3 / changes);
    samples.add(Measure.TIME, Measure.millis(last - start));
    remote.await();
    version += changes / size + 1;
    gates.expect(size);
    store.writer().delete(service, size).join();
    gates.await();
  }

  @Override
  public void close() {
    client.close();
  }
}
