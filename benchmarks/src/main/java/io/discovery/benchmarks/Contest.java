package io.discovery.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The same task for several contestants. They take turns, round by round, in an order drawn anew
 * for each round: what else the machine does meets all of them alike, and so does what a
 * predecessor leaves behind, such as cold caches and a server that is still closing its
 * connections. Who fails is out and the run is no whole one, a peer's failure included: a row
 * without it compares less than it says. The others go on.
 */
final class Contest {
  /** The same draws in every run. */
  private static final long SEED = 5;

  private static final Duration WARM_UP = Duration.ofSeconds(15);

  private final Stage stage;
  private final String subject;
  private final int warmUps;
  private final int rounds;
  private final Map<Contestant, Entry> entries = new LinkedHashMap<>();
  private final Map<Contestant, Samples> samples = new EnumMap<>(Contestant.class);

  Contest(Stage stage, String subject, int warmUps, int rounds) {
    this.stage = stage;
    this.subject = subject;
    this.warmUps = warmUps;
    this.rounds = rounds;
  }

  /** Sets a contestant up. */
  void enter(Contestant contestant, Entry.Opener opener) {
    try {
      entries.put(contestant, opener.open());
    } catch (Exception e) {
      drop(contestant, e);
    }
  }

  /**
   * For short rounds, whose code the JVM compiles only after thousands of them: has each contestant
   * take turns until its own have lasted long enough. A quick run does without.
   */
  void warmUp() {
    Random draw = new Random(SEED);
    Map<Contestant, Duration> left = new EnumMap<>(Contestant.class);
    entries.keySet().forEach(contestant -> left.put(contestant, WARM_UP));
    while (!stage.quick() && !left.isEmpty()) {
      for (Contestant contestant : drawn(draw, left.keySet())) {
        long begun = System.nanoTime();
        turn(contestant, new Samples());
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        left.computeIfPresent(
            contestant,
            (warm, rest) ->
                entries.containsKey(warm) && rest.compareTo(taken) > 0 ? rest.minus(taken) : null);
      }
    }
  }

  /** Runs the rounds, ends all entries and returns the lines' rows, in their order. */
  List<Row> run(Line... lines) {
    Random draw = new Random(SEED);
    try {
      for (int round = 0; round < warmUps + rounds; round++) {
        for (Contestant contestant : drawn(draw, entries.keySet())) {
          turn(
              contestant,
              round < warmUps
                  ? new Samples()
                  : samples.computeIfAbsent(contestant, unused -> new Samples()));
        }
      }
    } finally {
      entries.forEach(this::close);
    }
    return List.of(lines).stream().map(line -> stage.row(subject, line, values(line))).toList();
  }

  private static List<Contestant> drawn(Random draw, Collection<Contestant> contestants) {
    List<Contestant> order = new ArrayList<>(contestants);
    Collections.shuffle(order, draw);
    return order;
  }

  private void turn(Contestant contestant, Samples measured) {
    Entry entry = entries.get(contestant);
    try {
      entry.round(measured);
    } catch (Exception e) {
      entries.remove(contestant);
      samples.remove(contestant);
      drop(contestant, e);
      close(contestant, entry);
    }
  }

  /** Whoever cannot be closed keeps no other from it. */
  private void close(Contestant contestant, Entry entry) {
    try {
      entry.close();
    } catch (RuntimeException e) {
      drop(contestant, e);
    }
  }

  private void drop(Contestant contestant, Exception cause) {
    stage.failure(subject + ": " + contestant + " failed: " + cause);
  }

  private Map<Contestant, Double> values(Line line) {
    Map<Contestant, Double> values = new EnumMap<>(Contestant.class);
    samples.forEach(
        (contestant, measured) ->
            measured
                .percentile(line.measure(), line.percentile())
                .ifPresent(value -> values.put(contestant, value)));
    return values;
  }
}
