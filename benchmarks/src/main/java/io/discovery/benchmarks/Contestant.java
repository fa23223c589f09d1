package io.discovery.benchmarks;

/** Who takes part. */
enum Contestant {
  /** This library. */
  OURS("ours"),
  /** The limit: jetcd, or ZooKeeper's own client, as well as one can write it for the job. */
  BARE("bare"),
  /** Curator's service discovery. */
  X_DISCOVERY("x-discovery"),
  /** The same, called by sixteen threads, since its calls block. */
  X_DISCOVERY_16("x-discovery, 16 threads"),
  /** The bare client again, which writes many records in each transaction; for registrations. */
  BARE_IN_BATCHES("bare in batches"),
  /** The client side of Armeria's discovery; its server side needs a server of Armeria. */
  ARMERIA("armeria"),
  /** The balancer that comes with gRPC. */
  ROUND_ROBIN("round_robin");

  private final String label;

  Contestant(String label) {
    this.label = label;
  }

  /** Tells whether it is somebody else's library; ours is compared with the best of these. */
  boolean isPeer() {
    return this != OURS && this != BARE && this != BARE_IN_BATCHES;
  }

  @Override
  public String toString() {
    return label;
  }
}
