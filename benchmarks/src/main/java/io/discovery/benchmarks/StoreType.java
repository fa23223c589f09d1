package io.discovery.benchmarks;

import java.util.List;
import org.apache.zookeeper.CreateMode;

/** The stores, and who can be compared on each. */
enum StoreType {
  ETCD("etcd"),
  ZOOKEEPER("zookeeper");

  private final String backend;

  StoreType(String backend) {
    this.backend = backend;
  }

  String backend() {
    return backend;
  }

  /** Returns those that can do every job. On etcd we know of no peer; see {@link Limits}. */
  List<Contestant> contestants() {
    return this == ETCD
        ? List.of(Contestant.OURS, Contestant.BARE)
        : List.of(Contestant.OURS, Contestant.BARE, Contestant.X_DISCOVERY);
  }

  /** Opens a contestant's client; it connects in its own time. */
  Client open(Contestant contestant, String endpoint) throws Exception {
    return switch (contestant) {
      case OURS -> new OursClient(this, endpoint);
      case BARE -> this == ETCD ? new BareEtcdClient(endpoint) : new BareZooKeeperClient(endpoint);
      case X_DISCOVERY -> new XDiscoveryClient(endpoint, 1);
      case X_DISCOVERY_16 -> new XDiscoveryClient(endpoint, 16);
      case BARE_IN_BATCHES ->
          this == ETCD
              ? new BareEtcdClient(endpoint).inBatches()
              : new BareZooKeeperClient(endpoint).inBatches();
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
        : new ZooKeeperWriter(BareZooKeeperClient.connect(endpoint), CreateMode.PERSISTENT);
  }
}
