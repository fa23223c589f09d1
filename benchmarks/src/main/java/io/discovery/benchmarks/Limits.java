package io.discovery.benchmarks;

/** What the table does not show, and why. */
final class Limits {
  static final String TEXT =
      """
      - **etcd has no peers on the JVM.** Dubbo dropped its etcd registry, Spring Cloud never had one, Armeria neither.
      - **Spring Cloud ZooKeeper** is x-discovery underneath, which it asks for every list (`queryForInstances`, a read of all
        instances one by one): it stands behind x-discovery's cache in each row.
      - **Dubbo** asks x-discovery the same way at each change. It fails on records without a payload of its own class, and the
        readers of a row on records with it, so they cannot share them. Alone with its own records, 3.3.5 took more than twice
        as long as x-discovery's cache to see 1,000 instances.
      - **Armeria** registers its own running servers only, calls a group ready with its first endpoint, ignores changed records,
        and copies the list for each endpoint it finds: it takes part in the cold start of 1,000, until its group is complete.
      - **x-discovery cannot say when it is current again** after a reconnect. There the end of the traffic is taken, for all alike.
      - **A JVM that is new** reads its classes from the disk cache here; on a fresh host that costs all contestants more.
      """;

  private Limits() {}
}
