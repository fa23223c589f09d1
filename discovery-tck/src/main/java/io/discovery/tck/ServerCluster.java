package io.discovery.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * Three servers that are one store, as child processes on free ports of 127.0.0.1. Each can be
 * killed, frozen and started on its own; to start is to wait for a read by the quorum, so it fails
 * where there is none. A partition of the network is not to be had here: members talk to each other
 * directly, and a member that is cut off from the others and not from its clients cannot be made.
 * What can is a frozen member, cut off from all.
 *
 * <p>Safe for use by any thread. {@link #close} ends everything and is idempotent.
 */
public final class ServerCluster implements AutoCloseable {
  static final int SIZE = 3;
  private static final long START_SECONDS = 60;

  private final List<ServerProcess> members;
  private final ToIntFunction<List<ServerProcess>> election;

  /**
   * Starts the members.
   *
   * @param election asks the members which of them leads; negative if none does
   */
  ServerCluster(
      List<? extends ServerProcess> members, ToIntFunction<List<ServerProcess>> election) {
    this.members = List.copyOf(members);
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

  /** Starts or resumes all members, at once: none is ready without another. */
  public void start() {
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
  }
}
