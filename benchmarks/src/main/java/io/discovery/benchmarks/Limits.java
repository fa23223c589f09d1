package io.discovery.benchmarks;

/** What the table does not show, and what keeps ours from a goal. */
final class Limits {
  static final String FLOORS =
      """
      What the profiler and stop watches in the code said in November 2026, for the rows that are marked as missed, here or in other runs:

      - **Cold start.** The bare client leaves records undecoded. Decoding takes 2 µs a record, half of it gson's tokens, shared by
        two threads, where the bare read takes 4 µs a record altogether. On etcd no record can be decoded before its whole page
        is there, and the bare client's view is complete by then. Of the 1.3 to 3 ms that 1,000 records take longer, two threads
        decode for more than half, the second later since it has to be woken; other hand-overs are most of the rest. Ours reads
        50,000 in three pages, for each of which etcd looks through the index of all that is left. In seven runs 1,000 took 1.46
        to 1.62 of the bare client's time, 10,000 took 1.35 to 1.57, and 50,000 took 1.42 to 1.54.
        Its watch opens ahead of the list where the store has been heard within a second, as it has here; else 2 to 3 ms
        come on top.
      - **Register → listener.** On ZooKeeper three quarters are the two round trips that the bare client makes, too; the rest is
        encoding and decoding with cold caches, and two hand-overs of 20 µs: from the caller to the loop, and to the listener.
        On etcd each record has a lease of its own, so that the end of one registration cannot hurt another; jetcd does not
        let its id be chosen, so the grant comes first and takes as long as the put: 0.9 ms for the two, of raw calls. What
        wakes up while both cores are busy waits for 4 ms, a slice of Linux's scheduler. So did one in a hundred raw calls
        while the JVM compiled, and one in a thousand later; twice as many calls and hand-overs meet that twice as often,
        which is what p99 shows.
      - **1,000 registrations on etcd.** A lease for each record again: 1,000 grants and about 40 transactions, where the bare
        client makes 1,000 puts on one lease. Of raw calls in turns the grants alone took 114 ms, the transactions 17 and the
        puts 83, which is 1.6 where the two do not overlap; 1.28 to 1.61 in five runs, the more the faster the machine was.
      - **CPU of a change.** A change that comes alone wakes several threads one after the other, even with the bare client, and
        that is most of what it costs: to hand a task to a thread that sleeps took 25 to 50 µs of processor time when it came
        every 2 ms, whichever of three queues was between them. In a burst it came every 0.13 ms and took 10 to 20 µs, and
        ours hands each change over once more than the bare client: listeners have threads of their own (rule 3.14).
      - **Fan-out.** On etcd 1.44 to 1.62 in five runs. Each message is handed over once more than by the bare client, to the
        listener; with 200 clients on two cores that adds up.
      - **Reconnect.** 0.33 to 0.58 of x-discovery's time in eight runs, by chance. ZooKeeper's client waits for up to a second, at
        random, before it connects again. Ours reads at once if that takes less than 0.6 s, which took 280 to 500 ms. Later its
        reads have failed and are made again at moments that are drawn, up to 2 s apart, so that the clients of a store that
        restarts do not come all at once (rule 3.18).
      - **Pick.** A call of gRPC's metric recorder, by which calls are counted by zone, took 5 of 13 ns on a slower machine.
      """;

  static final String COMPARISONS =
      """
      - **etcd has no maintained peer on the JVM** that we could run. Dubbo's registry for etcd was moved out of Dubbo, Spring Cloud's
        was given up before a release, Armeria has none.
      - **Spring Cloud ZooKeeper** is x-discovery underneath, which it asks for every list (`queryForInstances`, a read of all
        instances one by one): it stands behind x-discovery's cache in each row.
      - **Dubbo** asks x-discovery the same way at each change. It fails on records without a payload of its own class, and the
        readers of a row on records with it, so they cannot share them. Alone with its own records, 3.3.5 took more than twice
        as long as x-discovery's cache to see 1,000 instances.
      - **Armeria** registers its own running servers only, calls a group ready with its first endpoint, ignores changed records,
        and copies the list for each endpoint it finds: it takes part in the cold start of 1,000, until its group is complete.
      - **x-discovery cannot say when it is current again** after a reconnect. There the end of the traffic is taken, for all
        alike. After it each connection brings a change of one further service, which proves that it is alive, not that each
        of the thousand was read again.
      - **x-discovery's listener** is told that something changed and asks the cache for its list, which copies it. There is no
        other API, so that copy is part of its cost of a change.
      - **50,000 instances** are more than ours believes by default (20,000): it runs with `max-instances` raised to 100,000.
      - **Idle on etcd**: each second ours sends a progress request on each watch's own stream, and one read that needs the
        quorum. The bare client proves nothing.
      - **Registrations** are written in each contestant's own format, so records differ by some bytes. Ours and x-discovery's
        include what keeps them true; the bare client writes once. *Bare in batches* writes 64 in a transaction, for which
        it holds them back; it stands beside the peers but is none. Each has a server of its own: etcd 3.4 copies the buffer
        of its latest writes for each answer about a lease, so that in a common one the densest writer, *bare in batches*, made
        a thousand leases of ours twice as dear, 384 ms where they took 200 alone.
      - **A burst** ends when its last change is seen, so it contains the time of the process that writes, for all alike.
      - **All contestants of a row stay connected** while one has its turn; what they do when idle, see there, is in the processor
        time of each.
      - **First use**: the bare client only reads; the others register, too. On ZooKeeper it loads TLS, as ZooKeeper's client does
        by itself and ours does only for those who want it.
      - **A JVM that is new** reads its classes from the disk cache here; on a fresh host that costs all contestants more.
      """;

  private Limits() {}
}
