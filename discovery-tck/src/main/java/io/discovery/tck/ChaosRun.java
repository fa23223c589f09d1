package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a schedule on a store of its own: the steps at their times, the calm after them in
 * which everything must become true again, the end of all registrants, and the judgement. Used
 * once, by the test's thread.
 */
final class ChaosRun {
  private static final Duration CONNECT = Duration.ofSeconds(60);

  private final long seed;
  private final Fixture fixture;
  private final RegistryConfig config;
  private final ChaosJournal journal = new ChaosJournal();

  ChaosRun(long seed, Fixture fixture) {
    this.seed = seed;
    this.fixture = fixture;
    this.config =
        fixture.config().withNamespace("chaos/seed-" + seed).withTtl(fixture.bounds().ttl());
  }

  /** Runs, judges and writes the timeline; fails if a rule was broken or too little happened. */
  void run(Duration length, History history, Path timeline) {
    List<ChaosStep> schedule = ChaosSchedule.draw(seed, length, fixture);
    ChaosVerdict verdict = new ChaosVerdict();
    try (ChaosStage stage = new ChaosStage(fixture, config, history, journal)) {
      awaitConnected(stage);
      play(schedule, stage);
      awaitConnected(stage);
      journal.note("do", "all faults are over");
      verdict.feelLoad();
      new ChaosCalm(stage, fixture.bounds(), journal).await(verdict);
      verdict.feelLoad();
      stage.quiesce();
      verdict.judge(stage, history.read(config.namespace()), fixture.bounds(), journal);
    } catch (RuntimeException | AssertionError e) {
      journal.note("do", "failed: " + e);
      throw e;
    } finally {
      journal.write(timeline, "seed " + seed + ": " + verdict + "\n" + config);
    }
    verdict.require(
        "; timeline in "
            + timeline.toAbsolutePath()
            + "; run again by -Ddiscovery.chaos.seed="
            + seed,
        length);
  }

  private void play(List<ChaosStep> schedule, ChaosStage stage) {
    long start = System.nanoTime();
    for (ChaosStep step : schedule) {
      pace(start + TimeUnit.MILLISECONDS.toNanos(step.at()));
      stage.run(step);
    }
  }

  /** The schedule's own pace: it waits for nobody. */
  private static void pace(long until) {
    try {
      TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void awaitConnected(ChaosStage stage) {
    for (ChaosProcess registrant : stage.registrants()) {
      Await.until(registrant.name() + " has started", CONNECT, registrant::isConnected);
    }
  }
}
