package io.discovery.benchmarks;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What it costs to ask for the present view. JMH wants it public. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CurrentBenchmark {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Registry registry;
  private Watcher watcher;

  /** Registers and watches; which store it is does not matter here. */
  @Setup
  public void open() {
    registry =
        Registries.open(RegistryConfig.defaults().withBackend("memory").withEndpoints("jmh"));
    registry.register(Records.instance("current", 0)).awaitRegistered(PATIENCE);
    watcher = registry.watch("current");
    if (watcher.next(PATIENCE).isEmpty()) {
      throw new IllegalStateException("no view after " + PATIENCE);
    }
  }

  /** Ends both. */
  @TearDown
  public void close() {
    registry.close();
  }

  /** Asks. */
  @Benchmark
  public Optional<Snapshot> current() {
    return watcher.current();
  }
}
