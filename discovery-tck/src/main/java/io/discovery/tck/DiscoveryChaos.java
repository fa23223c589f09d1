package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The contract under chaos: schedules of a minute, drawn from seeds, in which registrants that are
 * processes of their own contend for a few ids while the store, the paths to it and they themselves
 * are hurt in every way the fixture can. Watchers and lists are then judged by the store's own
 * history. A backend's test class extends this:
 *
 * <pre>{@code
 * class EtcdChaosTest extends DiscoveryChaos {
 *   protected Fixture createFixture() { return new EtcdFixture(); }
 *
 *   protected History openHistory(RegistryConfig config) { return new EtcdHistory(config); }
 * }
 * }</pre>
 *
 * <p>The store must be reachable from other processes, with no more than endpoints, credentials and
 * namespace. Each run has a fixture of its own and leaves a timeline of faults, acknowledgements
 * and views in {@code target/chaos}.
 *
 * <p>System properties: {@code discovery.chaos.seeds} is how many schedules are run (2), {@code
 * discovery.chaos.first} the seed of the first (1), {@code discovery.chaos.seed} the only one to
 * run, {@code discovery.chaos.seconds} how long a schedule takes (60). The same seed and length
 * give the same steps; what happens between them is up to the machine.
 */
public abstract class DiscoveryChaos {
  private static final String PREFIX = "discovery.chaos.";

  /**
   * Creates the fixture of one run. May abort by JUnit's {@code Assumptions} when there is no such
   * store on this machine.
   */
  protected abstract Fixture createFixture();

  /**
   * Opens the history of the fixture's store.
   *
   * @param config the fixture's
   */
  protected abstract History openHistory(RegistryConfig config);

  @TestFactory
  final Stream<DynamicTest> s310_chaos() {
    return seeds().mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> run(seed)));
  }

  private static LongStream seeds() {
    Long only = Long.getLong(PREFIX + "seed");
    long first = only == null ? Long.getLong(PREFIX + "first", 1) : only;
    return LongStream.range(first, first + (only == null ? Long.getLong(PREFIX + "seeds", 2) : 1));
  }

  private void run(long seed) {
    Duration length = Duration.ofSeconds(Long.getLong(PREFIX + "seconds", 60));
    Path timeline = Path.of("target", "chaos", getClass().getSimpleName() + "-" + seed + ".txt");
    try (Fixture fixture = createFixture();
        History history = openHistory(fixture.config())) {
      new ChaosRun(seed, fixture).run(length, history, timeline);
    }
  }
}
