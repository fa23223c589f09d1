package io.discovery.examples.quickstart;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.Watcher.Phase;
import io.discovery.examples.quickstart.Story.Promise;
import io.discovery.examples.quickstart.Terminal.Colour;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.LogManager;

/**
 * The main job, with everything real: a registry, servers in processes of their own, calls through
 * {@code discovery:///greeter}. A server joins, one leaves, one is killed, the registry is killed
 * and comes back; no call fails. Ends by itself within a minute with exit code 0, or 1 if anything
 * that was promised did not happen.
 *
 * <pre>
 *  mvn -q -Pquickstart                                          on a ZooKeeper started for it
 *  mvn -q -Pquickstart -Ddiscovery.backend=etcd                 on an etcd started for it
 *  … -Ddiscovery.endpoints=10.0.0.1:2379                        on your own, which is left running
 * </pre>
 */
public final class Quickstart {
  /** Milliseconds in which nothing happens between two events. */
  private static final String STEADY = "quickstart.steady";

  private static final Duration FIRST_ANSWER = Duration.ofSeconds(15);
  private static final int MOST_FAILURES = 5;

  private final Terminal terminal = new Terminal();
  private final Scoreboard scoreboard = new Scoreboard();
  private final long start = System.nanoTime();

  private Quickstart() {}

  /** Runs it; returns if all went as promised and ends the JVM with exit code 1 if not. */
  public static void main(String[] args) {
    // What the clients below log about an outage would tear the view.
    LogManager.getLogManager().reset();
    Quickstart quickstart = new Quickstart();
    if (!quickstart.run()) {
      System.exit(1);
    }
  }

  private boolean run() {
    try (Cluster cluster = Cluster.open();
        Registry registry = Registries.open(cluster.config())) {
      tell("The registry is " + cluster + ".");
      watch(cluster, registry);
      return play(cluster, registry);
    } catch (AssertionError | RuntimeException e) {
      terminal.say(terminal.paint(Colour.RED, "\nquickstart: " + e.getMessage()));
      sayFailures();
      return false;
    }
  }

  /** Follows the service, and makes sure that nobody else plays on this stage. */
  private void watch(Cluster cluster, Registry registry) {
    registry.watch(Greeter.NAME, scoreboard);
    await(
        FIRST_ANSWER,
        () -> scoreboard.phase() == Phase.CURRENT,
        () ->
            cluster
                + " does not answer: "
                + scoreboard.trouble().orElse("no reason known")
                + "; check -Ddiscovery.endpoints, or leave it out to have a server started");
    await(
        cluster.config().ttl().plusSeconds(2),
        () -> scoreboard.known().isEmpty(),
        () ->
            "there are greeters already in "
                + cluster.config().namespace()
                + ", perhaps of another quickstart; choose another place with -Ddiscovery.namespace");
  }

  private static void await(Duration timeout, BooleanSupplier condition, Supplier<String> message) {
    try {
      Await.until("", timeout, condition);
    } catch (AssertionError e) {
      throw new IllegalStateException(message.get(), e);
    }
  }

  private boolean play(Cluster cluster, Registry registry) {
    Duration steady = Duration.ofMillis(Long.getLong(STEADY, 2_500));
    List<Promise> kept;
    try (Story story = new Story(cluster, scoreboard, steady, this::tell);
        Calls calls = new Calls(registry, scoreboard);
        Panel panel = new Panel(scoreboard, terminal, Calls.TARGET + " on " + cluster)) {
      panel.start(this::tell);
      story.open();
      calls.start();
      story.share();
      story.join();
      story.leave();
      story.kill();
      if (cluster.server().isPresent()) {
        story.outage(cluster.server().get());
      } else {
        tell("The registry is yours: its death is left out.");
      }
      kept = story.kept();
    }
    return report(kept);
  }

  private void tell(String event) {
    double seconds = (System.nanoTime() - start) / 1e9;
    terminal.say(String.format(Locale.ROOT, "%6.1f s  %s", seconds, event));
  }

  private boolean report(List<Promise> kept) {
    List<String> failures = scoreboard.failures();
    terminal.say("");
    terminal.say(
        terminal.paint(
            Colour.BOLD,
            "  promised                                                 within     took"));
    for (Promise promise : kept) {
      terminal.say(line(promise.what(), Times.text(promise.within()), Times.text(promise.took())));
    }
    terminal.say("");
    terminal.say(line("calls", "", String.format(Locale.ROOT, "%,d", scoreboard.calls())));
    terminal.say(
        line("of these sent a second time, as a server died", "", "" + scoreboard.repeats()));
    terminal.say(line("failures", "0", "" + failures.size()));
    sayFailures();
    return failures.isEmpty();
  }

  private void sayFailures() {
    scoreboard.failures().stream()
        .distinct()
        .limit(MOST_FAILURES)
        .forEach(why -> terminal.say("    a call failed: " + why));
  }

  private static String line(String what, String expected, String found) {
    return String.format("  %-55s %8s %8s", what, expected, found);
  }
}
