package io.discovery.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * Three servers that are one store, as child processes on free ports of 127.0.0.1. Each can be
 * killed, frozen and started on its own; to start is to wait for a read by the quorum, so it fails
 * where there is none. A frozen member is cut off from all; an {@link #isolate isolated} one from
 * the other members only, while its clients still reach it.
 *
 * <p>Safe for use by any thread. {@link #close} ends everything and is idempotent.
 */
public final class ServerCluster implements AutoCloseable {
  static final int SIZE = 3;
  private static final long START_SECONDS = 60;

  private final List<ServerProcess> members;
  private final PeerNetwork network;
  private final ToIntFunction<List<ServerProcess>> election;

  /**
   * Starts the members.
   *
   * @param network what they dial each other through; it is closed with them
   * @param election asks the members which of them leads; negative if none does
   */
  ServerCluster(
      List<? extends ServerProcess> members,
      PeerNetwork network,
      ToIntFunction<List<ServerProcess>> election) {
    this.members = List.copyOf(members);
    this.network = network;
    this.election = election;
    try {
      start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts three members of one etcd; see {@link EtcdServer}. */
  public static ServerCluster etcd() {
    return EtcdCluster.launch();
  }

  /** Starts three members of one ZooKeeper ensemble; see {@link ZooKeeperServer}. */
  public static ServerCluster zooKeeper() {
    return ZooKeeperCluster.launch();
  }

  /** Returns {@code 127.0.0.1:port} of each member. */
  public List<String> endpoints() {
    return members.stream().map(ServerProcess::endpoint).toList();
  }

  /** Returns the members, in the order of {@link #endpoints}. */
  public List<Server> members() {
    return Collections.unmodifiableList(members);
  }

  /** Returns the number of the member that leads, waiting for an election if need be. */
  public int leader() {
    int[] leader = {-1};
    Await.until(
        "a leader of the cluster",
        Duration.ofSeconds(START_SECONDS),
        () -> {
          leader[0] = election.applyAsInt(members);
          return leader[0] >= 0;
        });
    return leader[0];
  }

  /**
   * Cuts a member off from the others, so that it is a minority of one: what they send each other
   * is held back, and connections stay open. Returns when nothing passes any more; what the members
   * conclude from the silence takes them an election timeout or so.
   *
   * @param member its number among {@link #members}
   */
  public void isolate(int member) {
    network.isolate(Objects.checkIndex(member, members.size()));
  }

  /**
   * Lets members reach each other again, and delivers what was held back. Does not wait until they
   * agree; {@link #start} does.
   */
  public void heal() {
    network.heal();
  }

  /**
   * Lets members reach each other, starts or resumes all of them, at once since none is ready
   * without another, and waits until each answers reads.
   */
  public void start() {
    heal();
    List<CompletableFuture<Void>> starting = new ArrayList<>();
    for (ServerProcess member : members) {
      starting.add(CompletableFuture.runAsync(member::start, task -> daemon(task).start()));
    }
    CompletableFuture.allOf(starting.toArray(CompletableFuture[]::new))
        .orTimeout(START_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "cluster-start");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    members.forEach(ServerProcess::close);
    network.close();
  }
}
