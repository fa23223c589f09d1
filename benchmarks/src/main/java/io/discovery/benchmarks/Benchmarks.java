package io.discovery.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** Runs all jobs, or those chosen, and reports. CONTRIBUTING.md has the commands. */
final class Benchmarks {
  private static final List<Job> JOBS =
      List.of(
          new ColdStart(StoreType.ZOOKEEPER),
          new ColdStart(StoreType.ETCD),
          new RegisterToListener(StoreType.ZOOKEEPER),
          new RegisterToListener(StoreType.ETCD),
          new ManyRegistrations(StoreType.ZOOKEEPER),
          new ManyRegistrations(StoreType.ETCD),
          new ChangeCost(StoreType.ZOOKEEPER),
          new ChangeCost(StoreType.ETCD),
          new Burst(StoreType.ZOOKEEPER),
          new Burst(StoreType.ETCD),
          new ManyServices(StoreType.ZOOKEEPER),
          new ManyServices(StoreType.ETCD),
          new Heap(StoreType.ZOOKEEPER),
          new Heap(StoreType.ETCD),
          new FanOut(StoreType.ZOOKEEPER),
          new FanOut(StoreType.ETCD),
          new Reconnect(),
          new Idle(StoreType.ZOOKEEPER),
          new Idle(StoreType.ETCD),
          new FirstUse(StoreType.ZOOKEEPER),
          new FirstUse(StoreType.ETCD),
          new SmallCode());

  private Benchmarks() {}

  public static void main(String[] args) throws Exception {
    Options options = Options.fromSystemProperties();
    Results results = run(JOBS, options, System.out);
    System.out.println(Table.text(results.rows()));
    results.notes().forEach(System.out::println);
    write(options, results);
    System.exit(0); // some clients leave threads behind that are no daemons
  }

  /** Runs the jobs that are wanted; one that fails as a whole leaves a note. */
  static Results run(List<Job> jobs, Options options, PrintStream out) {
    Results results = new Results();
    List<Job> wanted = jobs.stream().filter(options::wants).toList();
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException(
          "benchmarks.jobs: "
              + options.jobs()
              + " (expected: all, or beginnings of "
              + jobs.stream().map(Job::name).toList()
              + ")");
    }
    for (Job job : wanted) {
      long start = System.nanoTime();
      Stage stage = new Stage(options, job, results, out);
      try {
        job.run(stage);
      } catch (Exception e) {
        stage.note("failed: " + e);
        e.printStackTrace(out);
      }
      out.printf("(%s: %d s)%n", job.name(), (System.nanoTime() - start) / 1_000_000_000);
    }
    return results;
  }

  private static void write(Options options, Results results) throws IOException {
    Report report = new Report(Machine.here(), options, results);
    report.writeTo(options.output());
    if (options.complete()) {
      report.writeTo(options.docs());
    }
  }
}
