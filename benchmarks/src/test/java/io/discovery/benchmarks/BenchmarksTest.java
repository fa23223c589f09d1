package io.discovery.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BenchmarksTest {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  @Test
  void aQuickPassMeasuresAllContestants() {
    Job job = new RegisterToListener(StoreType.ZOOKEEPER);
    Results results = Benchmarks.run(List.of(job), quick(job.name()), NOWHERE);
    assertEquals(List.of(), results.notes());
    assertEquals(4, results.rows().size(), "p50 and p99, with 10 and 1,000 present");
    for (Row row : results.rows()) {
      assertEquals(Set.copyOf(StoreType.ZOOKEEPER.contestants()), row.values().keySet());
      assertTrue(row.values().values().stream().allMatch(value -> value > 0), row::toString);
    }
  }

  @Test
  void aJobThatIsNotThereIsNamed() {
    List<Job> jobs = List.of(new Reconnect());
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> Benchmarks.run(jobs, quick("reconect"), NOWHERE));
    assertTrue(refused.getMessage().contains("reconnect-zookeeper"), refused::getMessage);
  }

  @Test
  void whatFailsShows() {
    List<Job> jobs =
        List.of(
            new Failing("throws") {
              @Override
              public void run(Stage stage) {
                throw new IllegalStateException("of the test");
              }
            },
            new Failing("drops-ours") {
              @Override
              public void run(Stage stage) {
                Contest contest = stage.contest("nothing", 0, 1);
                contest.enter(Contestant.BARE, () -> samples -> samples.add(Measure.TIME, 1.0));
                contest.enter(
                    Contestant.OURS,
                    () -> {
                      throw new IllegalStateException("of the test");
                    });
                contest.run(Line.median(Measure.TIME, Goal.timesBare(2)));
              }
            });
    for (Job job : jobs) {
      Results results = Benchmarks.run(List.of(job), quick(job.name()), NOWHERE);
      assertTrue(results.failed(), job::name);
      assertTrue(results.notes().get(0).contains("of the test"), results.notes()::toString);
      results.rows().forEach(row -> assertEquals("failed", row.verdict()));
    }
  }

  @Test
  void verdicts() {
    Goal twice = Goal.timesBare(2);
    assertEquals("met", row(20, 10, twice).verdict());
    assertEquals("missed", row(21, 10, twice).verdict());
    assertEquals("missed: ≤ 5", row(20, 10, twice, Goal.most(5, "")).verdict());
    assertEquals("", row(20, 10).verdict());
    Goal ofPeer = Goal.times(1, Contestant.ARMERIA);
    assertEquals("", row(20, 10, ofPeer).verdict(), "nothing to compare with");
  }

  @Test
  void recordsHaveTheirLength() {
    for (int index : new int[] {0, 99_999}) {
      assertEquals(Records.BYTES, Records.etcd(index, 0).length);
      assertEquals(Records.BYTES, Records.curator("chgX_DISCOVERY-1", index, 7).length);
    }
  }

  private static Row row(double ours, double bare, Goal... goals) {
    Map<Contestant, Double> values = new EnumMap<>(Contestant.class);
    values.put(Contestant.OURS, ours);
    values.put(Contestant.BARE, bare);
    return new Row("job", "subject", "time", "ms", values, List.of(goals));
  }

  private static Options quick(String job) {
    return new Options(true, List.of(job), Path.of("target"), Path.of("target"));
  }

  private abstract static class Failing implements Job {
    private final String name;

    Failing(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }
  }
}
