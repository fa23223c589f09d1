package io.discovery.benchmarks;

/** What the table does not show, and why. */
final class Limits {
  static final String TEXT =
      """
      - **etcd has no peers on the JVM.** Dubbo dropped its etcd registry, Spring Cloud never had one, Armeria neither.
      - **Spring Cloud ZooKeeper and Dubbo** ask x-discovery for every list (`queryForInstances`, a read of all instances one by
        one), so they stand behind its cache in each row; started without their containers they do not run.
      - **Armeria** registers its own running servers only, calls a group ready with its first endpoint, ignores changed records,
        and copies the list for each endpoint it finds: it takes part in the cold start of 1,000, until its group is complete.
      - **x-discovery cannot say when it is current again** after a reconnect. There the end of the traffic is taken, for all alike.
      - **A JVM that is new** reads its classes from the disk cache here; on a fresh host that costs all contestants more.
      """;

  private Limits() {}
}
