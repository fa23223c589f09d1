package io.discovery.benchmarks;

import java.util.List;

/** The stores, and who can be compared on each. */
enum StoreType {
  /** Nobody else on the JVM does discovery on etcd: Dubbo has dropped it, Spring never had it. */
  ETCD("etcd", List.of(Contestant.OURS, Contestant.BARE)),
  ZOOKEEPER("zookeeper", List.of(Contestant.OURS, Contestant.BARE, Contestant.X_DISCOVERY));

  private final String backend;
  private final List<Contestant> contestants;

  StoreType(String backend, List<Contestant> contestants) {
    this.backend = backend;
    this.contestants = contestants;
  }

  String backend() {
    return backend;
  }

  List<Contestant> contestants() {
    return contestants;
  }

  /** Opens a contestant's client; it connects in its own time. */
  Client open(Contestant contestant, String endpoint) throws Exception {
    return switch (contestant) {
      case OURS -> new OursClient(this, endpoint);
      case BARE -> this == ETCD ? new BareEtcdClient(endpoint) : new BareZooKeeperClient(endpoint);
      case X_DISCOVERY -> new XDiscoveryClient(endpoint, 1);
      case X_DISCOVERY_16 -> new XDiscoveryClient(endpoint, 16);
      case ARMERIA -> new ArmeriaClient(endpoint);
      case ROUND_ROBIN -> throw new IllegalArgumentException(contestant + " is no client");
    };
  }

  /** Starts a real server with nothing in it. */
  Store launch() throws Exception {
    return this == ETCD ? new EtcdStore() : new ZooKeeperStore();
  }

  /** Opens what writes past the contestants. */
  Writer writer(String endpoint) throws Exception {
    return this == ETCD
        ? new EtcdWriter(BareEtcdClient.connect(endpoint), 0)
        : new ZooKeeperWriter(
            BareZooKeeperClient.connect(endpoint), org.apache.zookeeper.CreateMode.PERSISTENT);
  }
}
