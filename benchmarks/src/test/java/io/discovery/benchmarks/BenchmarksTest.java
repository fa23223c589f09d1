package io.discovery.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.EtcdServer;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
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
            new Failing("drops-a-peer") {
              @Override
              public void run(Stage stage) {
                Contest contest = stage.contest("nothing", 0, 1);
                contest.enter(
                    Contestant.ARMERIA,
                    () -> {
                      throw new IllegalStateException("of the test");
                    });
                contest.run(Line.median(Measure.TIME, Goal.timesBare(2)));
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
    assertEquals("not judged: ≤ 1 × armeria", row(20, 10, ofPeer).verdict());
    assertEquals("not judged: ≤ 1 × armeria", row(20, 10, twice, ofPeer).verdict());
    assertEquals(
        "missed: ≤ 2 × bare; not judged: ≤ 1 × armeria", row(21, 10, twice, ofPeer).verdict());
  }

  @Test
  void batchesOfTheBareClientAreShownBesideThePeersButAreNone() {
    Map<Contestant, Double> values = new EnumMap<>(Contestant.class);
    values.put(Contestant.OURS, 20.0);
    values.put(Contestant.X_DISCOVERY, 40.0);
    values.put(Contestant.BARE_IN_BATCHES, 5.0);
    Row row = new Row("job", "subject", "time", "ms", values, List.of());
    assertEquals(Optional.of(Contestant.X_DISCOVERY), row.bestPeer());
    assertTrue(Table.line(row).contains("bare in batches 5 ms"), Table.line(row));
  }

  @Test
  void aQuickPassSaysSoAboveItsTable() {
    Results results = new Results();
    results.add(row(20, 10));
    assertTrue(
        Benchmarks.summary(quick("all"), results).startsWith("a quick pass, no measurement\n"));
    Options complete = new Options(false, List.of("all"), Path.of("target"), Path.of("target"));
    assertTrue(Benchmarks.summary(complete, results).startsWith("job "));
  }

  @Test
  void quickIsTrueOrFalse() {
    assertTrue(Options.quick(""), "-Dbenchmarks.quick");
    assertTrue(Options.quick("true"));
    assertFalse(Options.quick("false"));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Options.quick("ture"));
    assertTrue(
        refused.getMessage().contains("'ture' (expected: true or false;"), refused::getMessage);
  }

  @Test
  void whatComesWithoutAContestantIsNotItsOwn() {
    assertEquals(40, Idle.aMinute(30, 10));
    assertEquals(0, Idle.aMinute(9, 10), "a ping fell the other way");
  }

  @Test
  void requestsAreCountedToTheLast() throws Exception {
    // Before the task, when it is done, with 20 late, and 20 later still, and then a ping.
    Iterator<Long> received =
        LongStream.of(
                1_000, 1_100, 1_100, 1_100, 1_100, 1_100, 1_120, 1_120, 1_140, 1_140, 1_141, 1_141,
                1_141, 1_141, 1_141)
            .iterator();
    assertEquals(141, new Requests(received::next).settled());
  }

  @Test
  void aBurstIsJudgedByTimeAndByProcessorTime() {
    List<Line> lines = Burst.lines();
    assertEquals(List.of(Measure.TIME, Changes.CPU), lines.stream().map(Line::measure).toList());
    for (Line line : lines) {
      assertEquals(List.of("≤ 2 × bare"), line.goals().stream().map(Goal::text).toList());
    }
  }

  @Test
  void xDiscoveryRegistersOnTheThreadOfItsCaller() throws Exception {
    try (Store store = StoreType.ZOOKEEPER.launch()) {
      Client client = store.open(Contestant.X_DISCOVERY);
      client.register("direct", 0).await();
      client.close();
      // Curator's refusal; an executor would refuse in another way.
      assertThrows(IllegalStateException.class, () -> client.register("direct", 1));
    }
  }

  @Test
  void batchesFillUpAndTheRestGoesWhenAwaited() throws Exception {
    for (StoreType type : StoreType.values()) {
      if (type == StoreType.ETCD && EtcdServer.disabled().isPresent()) {
        continue;
      }
      try (Store store = type.launch();
          Client client = store.open(Contestant.BARE_IN_BATCHES);
          Client observer = store.open(Contestant.BARE)) {
        store.writer().fill("batches", 1);
        Gate gate = new Gate();
        gate.expect(1 + BatchingClient.BATCH);
        observer.watch("batches", gate).await();
        List<Handle> handles = new ArrayList<>();
        for (int i = 1; i <= BatchingClient.BATCH; i++) {
          handles.add(client.register("batches", i));
        }
        gate.await(); // a whole batch waits for nobody
        gate.expect(2 + BatchingClient.BATCH);
        handles.add(client.register("batches", BatchingClient.BATCH + 1));
        for (Handle handle : handles) {
          handle.await();
        }
        gate.await();
      }
    }
  }

  @Test
  void zooKeeperRunsAsInProduction() throws Exception {
    try (ZooKeeperStore store = new ZooKeeperStore()) {
      String environment = store.ask("envi");
      long megabytes =
          environment
              .lines()
              .filter(line -> line.startsWith("os.memory.max="))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum();
      assertTrue(megabytes > 512, environment);
    }
  }

  @Test
  void versionsAreNamed() throws Exception {
    Map<String, String> libraries = Software.libraries();
    assertEquals(
        List.of("Armeria", "Curator", "gRPC", "jetcd", "ZooKeeper"),
        List.copyOf(libraries.keySet()));
    libraries.values().forEach(version -> assertTrue(version.matches("\\d+\\.\\d.*"), version));
    if (EtcdServer.disabled().isEmpty()) {
      assertTrue(Software.etcd().matches("3\\.\\d.*"));
    }
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
