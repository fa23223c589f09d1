package io.discovery.benchmarks;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What happens at every call of an application, by JMH. */
final class SmallCode implements Job {
  private static final Measure TIME = new Measure("time", "ns");
  private static final Measure GARBAGE = new Measure("garbage", "B");
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  @Override
  public String name() {
    return "small-code";
  }

  @Override
  public void run(Stage stage) throws Exception {
    Map<Contestant, RunResult> current =
        Map.of(Contestant.OURS, measure(stage, CurrentBenchmark.class, "ours", 0));
    rows(stage, "Watcher.current()", current, Goal.most(4.99, " ns"));
    for (int addresses : stage.upTo(10, 10, 1_000)) {
      Map<Contestant, RunResult> picks = new EnumMap<>(Contestant.class);
      picks.put(
          Contestant.ROUND_ROBIN, measure(stage, PickBenchmark.class, "round_robin", addresses));
      picks.put(Contestant.OURS, measure(stage, PickBenchmark.class, "discovery", addresses));
      rows(
          stage,
          "pick among " + Figures.plain(addresses),
          picks,
          Goal.times(1.5, Contestant.ROUND_ROBIN));
    }
  }

  private static void rows(
      Stage stage, String subject, Map<Contestant, RunResult> results, Goal goal) {
    Map<Contestant, Double> times = new EnumMap<>(Contestant.class);
    Map<Contestant, Double> bytes = new EnumMap<>(Contestant.class);
    results.forEach(
        (contestant, result) -> {
          times.put(contestant, result.getPrimaryResult().getScore());
          // JMH's own garbage shows as a thousandth of a byte.
          double allocated = result.getSecondaryResults().get(ALLOCATED).getScore();
          bytes.put(contestant, allocated < 0.01 ? 0 : allocated);
        });
    stage.row(subject, Line.median(TIME, goal), times);
    stage.row(subject, Line.median(GARBAGE, Goal.most(0, " B")), bytes);
  }

  private static RunResult measure(Stage stage, Class<?> benchmark, String policy, int addresses)
      throws Exception {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark.getName())
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .jvmArgs("-Xmx512m") // and not what this JVM has, which is large
            .forks(stage.scale(2, 1))
            .warmupIterations(stage.scale(2, 1))
            .warmupTime(TimeValue.milliseconds(stage.scale(1_000, 500)))
            .measurementIterations(stage.scale(4, 2))
            .measurementTime(TimeValue.milliseconds(stage.scale(1_000, 500)));
    if (addresses > 0) {
      options = options.param("policy", policy).param("addresses", Integer.toString(addresses));
    }
    return List.copyOf(new Runner(options.build()).run()).get(0);
  }
}
