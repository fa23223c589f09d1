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

  public static void main(String[] args) {
    int status = 1;
    try {
      Options options = Options.fromSystemProperties();
      Machine machine = Machine.here(JOBS.stream().filter(options::wants).toList());
      Results results = run(JOBS, options, System.out);
      System.out.println(summary(options, results));
      write(machine, options, results);
      status = results.failed() ? 1 : 0;
    } catch (Throwable e) {
      e.printStackTrace(System.err);
    } finally {
      System.exit(status); // some clients leave threads behind that are no daemons
    }
  }

  /** Runs the jobs that are wanted; one that fails as a whole keeps no other from it. */
  static Results run(List<Job> jobs, Options options, PrintStream out) {
    Results results = new Results();
    List<Job> wanted = jobs.stream().filter(options::wants).toList();
    if (!options.jobs().stream().allMatch(name -> isKnown(name, jobs))) {
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
      } catch (Exception | Error e) {
        stage.failure(e.toString());
        e.printStackTrace(out);
      }
      out.printf("(%s: %d s)%n", job.name(), (System.nanoTime() - start) / 1_000_000_000);
    }
    return results;
  }

  private static boolean isKnown(String name, List<Job> jobs) {
    return name.equals("all")
        || (!name.isEmpty() && jobs.stream().anyMatch(job -> job.name().startsWith(name)));
  }

  /** What a terminal shows in the end. */
  static String summary(Options options, Results results) {
    StringBuilder text = new StringBuilder();
    if (options.quick()) {
      text.append(Options.QUICK_PASS).append('\n');
    }
    text.append(Table.text(results.rows()));
    results.notes().forEach(note -> text.append(note).append('\n'));
    return text.toString();
  }

  private static void write(Machine machine, Options options, Results results) throws IOException {
    Report report = new Report(machine, options, results);
    report.writeTo(options.output());
    if (options.complete() && !results.failed()) {
      report.writeTo(options.docs());
    }
  }
}
