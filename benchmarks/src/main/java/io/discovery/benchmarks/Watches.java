package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Many services of ten instances, watched over one connection. */
final class Watches {
  private static final int INSTANCES = 10;

  private final Gates gates = new Gates();

  /** Creates the services, whose names begin alike, fresh in a store. */
  static void fill(Store store, int services) {
    List<String> names = IntStream.range(0, services).mapToObj(Watches::service).toList();
    store.writer().fill(names, INSTANCES);
  }

  static String service(int index) {
    return "many" + index;
  }

  /** Opens the watches of these services and waits for all first views. */
  Watches(Client client, int from, int to) throws Exception {
    List<Handle> handles = new ArrayList<>();
    for (int i = from; i < to; i++) {
      handles.add(client.watch(service(i), gates.add(INSTANCES)));
    }
    for (Handle handle : handles) {
      handle.await();
    }
    gates.await();
  }

  /** Returns how often listeners have been called. */
  long calls() {
    return gates.calls();
  }
}
