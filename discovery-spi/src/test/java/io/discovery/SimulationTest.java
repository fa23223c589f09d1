package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The engine in ten thousand small worlds that go wrong in every way that is allowed. Every run of
 * the build takes the same seeds. {@code -Ddiscovery.simulation.seed=N} replays one of them aloud,
 * {@code -Ddiscovery.simulation.seeds=N} runs so many from a random one on.
 */
class SimulationTest {
  private static final String SEED = "discovery.simulation.seed";
  private static final String SEEDS = "discovery.simulation.seeds";
  private static final long USUAL = 10_000;

  @BeforeAll
  static void silence() {
    SimSilence.begin();
  }

  @AfterAll
  static void speak() {
    SimSilence.end();
  }

  @Test
  void noSeedBreaksAPromise() {
    if (Long.getLong(SEED) != null) {
      replay(Long.getLong(SEED));
      return;
    }
    long count = Long.getLong(SEEDS, USUAL);
    long first = Long.getLong(SEEDS) == null ? 0 : ThreadLocalRandom.current().nextLong(1L << 40);
    if (first != 0) {
      System.out.println("simulation: " + count + " seeds from " + first + " on");
    }
    OptionalLong failing =
        LongStream.range(first, first + count)
            .parallel()
            .filter(seed -> SimRun.run(SimSchedule.of(seed)).isPresent())
            .findAny();
    failing.ifPresent(seed -> fail(SimShrinker.report(seed)));
  }

  private static void replay(long seed) {
    SimSchedule schedule = SimSchedule.of(seed);
    System.out.println("simulation of seed " + seed + ":\n" + schedule.text());
    SimRun.trace(schedule).forEach(System.out::println);
    if (SimRun.run(schedule).isPresent()) {
      fail(SimShrinker.report(seed));
    }
  }

  /** Otherwise a printed seed would be worth nothing. */
  @Test
  void aSeedAlwaysRunsTheSameWay() {
    for (long seed = 0; seed < 20; seed++) {
      assertEquals(
          SimRun.trace(SimSchedule.of(seed)),
          SimRun.trace(SimSchedule.of(seed)),
          "two runs of seed " + seed);
    }
  }
}
