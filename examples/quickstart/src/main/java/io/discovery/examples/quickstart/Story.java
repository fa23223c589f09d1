package io.discovery.examples.quickstart;

import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import io.discovery.examples.quickstart.GreeterProcess.Registered;
import io.discovery.examples.quickstart.Scoreboard.Player;
import io.discovery.tck.Await;
import io.discovery.tck.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What happens, in order. Every promise is measured; one that is not kept ends the story with an
 * {@link AssertionError}. For one thread.
 */
final class Story implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration AFTER_OUTAGE = Duration.ofSeconds(10);
  private static final Duration COLD_START = Duration.ofSeconds(20);
  private static final Duration CONNECTED = Duration.ofSeconds(10);
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final Cluster cluster;
  private final Scoreboard scoreboard;
  private final Duration steady;
  private final Consumer<String> teller;
  private final List<GreeterProcess> greeters = new ArrayList<>();
  private final List<Promise> kept = new ArrayList<>();

  /** A promise, and how long it took to come true. */
  record Promise(String what, Duration within, Duration took) {}

  /**
   * Prepares a run.
   *
   * @param steady how long nothing happens between two events, for people to see
   * @param teller told every event in a line
   */
  Story(Cluster cluster, Scoreboard scoreboard, Duration steady, Consumer<String> teller) {
    this.cluster = cluster;
    this.scoreboard = scoreboard;
    this.steady = steady;
    this.teller = teller;
  }

  List<Promise> kept() {
    return kept;
  }

  /** Starts the first three servers, at once. */
  void open() {
    teller.accept("Three greeters start, each in a process of its own.");
    for (String zone : List.of("a", "b", "c")) {
      greeters.add(GreeterProcess.start(zone, cluster.arguments()));
    }
    for (GreeterProcess greeter : greeters) {
      await("greeter " + greeter.authority() + " in the view", SOON, at(greeter, Story::seenAt));
    }
  }

  void share() {
    for (GreeterProcess greeter : greeters) {
      await("a call to " + greeter.authority(), COLD_START, at(greeter, Player::calledAt));
    }
    teller.accept("All three are found and share a hundred calls a second.");
    enjoy();
  }

  void join() {
    teller.accept("A fourth server starts.");
    GreeterProcess greeter = GreeterProcess.start("a", cluster.arguments());
    greeters.add(greeter);
    Registered registered = greeter.awaitRegistered();
    Duration seen =
        keep(
            "a new server is seen, once it is registered",
            SOON,
            registered.at(),
            at(greeter, Story::seenAt));
    Duration called =
        keep("... and is called", CONNECTED, registered.at(), at(greeter, Player::calledAt));
    teller.accept(
        registered.authority()
            + " joined: seen after "
            + Times.text(seen)
            + ", called after "
            + Times.text(called)
            + ".");
    enjoy();
  }

  void leave() {
    GreeterProcess greeter = greeters.get(1);
    teller.accept(greeter.authority() + " is asked to leave (SIGTERM).");
    scoreboard.doom(greeter.authority(), "left");
    long asked = System.nanoTime();
    greeter.terminate();
    Duration gone = keep("a server that leaves is gone", SOON, asked, at(greeter, Player::goneAt));
    teller.accept("It is gone after " + Times.text(gone) + " and ends when its last call has.");
    if (!greeter.awaitEnd(SOON)) {
      throw new AssertionError("the server that left did not end within " + SOON);
    }
    enjoy();
  }

  void kill() {
    GreeterProcess greeter = greeters.get(0);
    teller.accept(greeter.authority() + " is killed hard (SIGKILL); nobody deregisters it.");
    scoreboard.doom(greeter.authority(), "killed");
    long killed = System.nanoTime();
    greeter.kill();
    Duration ttl = cluster.config().ttl();
    Duration gone =
        keep(
            "a killed server is gone, with a time to live of " + Times.text(ttl),
            ttl.plus(SLACK),
            killed,
            at(greeter, Player::goneAt));
    teller.accept("Its record is gone after " + Times.text(gone) + ".");
    enjoy();
  }

  /** Kills the registry, looks on for a while, and starts it again. */
  void outage(ServerProcess server) {
    List<ServiceInstance> before = scoreboard.known();
    teller.accept("The registry itself is killed hard.");
    long killed = System.nanoTime();
    server.kill();
    Duration stale =
        keep("a dead registry shows as STALE", SOON, killed, () -> scoreboard.since(Phase.STALE));
    teller.accept("The view is STALE after " + Times.text(stale) + "; the calls go on.");
    enjoy();
    checkSame(before, "during the outage");
    server.start();
    long started = System.nanoTime();
    teller.accept("The registry is started again.");
    Duration current =
        keep(
            "a registry that answers again shows as CURRENT",
            AFTER_OUTAGE,
            started,
            () -> scoreboard.since(Phase.CURRENT));
    teller.accept("The view is CURRENT after " + Times.text(current) + ".");
    enjoy();
    checkSame(before, "after the outage");
  }

  private void checkSame(List<ServiceInstance> before, String when) {
    List<ServiceInstance> now = scoreboard.known();
    if (!now.equals(before)) {
      throw new AssertionError("the view changed " + when + ": " + now + ", before: " + before);
    }
  }

  private static OptionalLong seenAt(Player player) {
    return OptionalLong.of(player.seenAt());
  }

  private Supplier<Optional<Long>> at(
      GreeterProcess greeter, Function<Player, OptionalLong> moment) {
    return () -> {
      OptionalLong at =
          scoreboard.player(greeter.authority()).map(moment).orElse(OptionalLong.empty());
      return at.isPresent() ? Optional.of(at.getAsLong()) : Optional.empty();
    };
  }

  private Duration keep(String what, Duration within, long since, Supplier<Optional<Long>> moment) {
    Duration took = Times.between(since, await(what, within, moment));
    kept.add(new Promise(what, within, took));
    return took;
  }

  private static long await(String what, Duration within, Supplier<Optional<Long>> moment) {
    Await.until(what, within, () -> moment.get().isPresent());
    return moment.get().orElseThrow();
  }

  /** Lets people see the calls go on. */
  private void enjoy() {
    try {
      Thread.sleep(steady.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Lets the servers leave; a registry of the user's is left clean. */
  @Override
  public void close() {
    greeters.forEach(GreeterProcess::terminate);
    greeters.forEach(greeter -> greeter.awaitEnd(SOON));
    greeters.forEach(GreeterProcess::kill);
  }
}
