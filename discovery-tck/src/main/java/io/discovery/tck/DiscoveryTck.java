package io.discovery.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The contract as tests. A backend's test class extends this and supplies a fixture:
 *
 * <pre>{@code
 * class EtcdTckTest extends DiscoveryTck {
 *   protected Fixture createFixture() { return new EtcdFixture(); }
 * }
 * }</pre>
 *
 * <p>A test is named after its rule: {@code s209_…} proves rule 2.9 of SPEC.md. All tests stand in
 * the one class, so that {@code -Dtest='EtcdTckTest#s209*'} runs those of a rule. Each takes a
 * namespace of its own, looks through a second registry and, where the fixture can, at the store
 * itself; what it needs and the fixture has not, it skips and says so. When a test fails, its
 * javadoc says what to check. A run of all tests ends with a report, see {@link #report}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
@Timeout(120)
@ExtendWith({FailureNaming.class, Reporter.class})
public abstract class DiscoveryTck
    implements ModelChapter,
        RegistrationChapter,
        LeavingChapter,
        HealingChapter,
        FencingChapter,
        WatchChapter,
        HostileChapter,
        ListenerChapter,
        OutageChapter,
        ResetChapter,
        IllChapter,
        RetryChapter,
        ReadingChapter,
        LifecycleChapter,
        ChoiceChapter,
        ConfigurationChapter,
        SecurityChapter {
  private Fixture fixture;
  private Scenario scenario;

  /**
   * Creates the fixture of this class, once. May abort by JUnit's {@code Assumptions} when there is
   * no such store on this machine; all tests are then skipped with that reason.
   */
  protected abstract Fixture createFixture();

  /**
   * Returns where to write the page that reports a run of all tests, rule by rule; empty for no
   * report at all, on the terminal neither.
   */
  protected Optional<Path> report() {
    Path built = Path.of(Files.isDirectory(Path.of("target")) ? "target" : "build");
    return Optional.of(
        built.resolve("discovery-tck").resolve(getClass().getSimpleName() + ".html"));
  }

  /** Returns the backend's name. */
  final String backend() {
    return fixture.config().backend().orElse("unnamed");
  }

  @BeforeAll
  final void openFixture() {
    fixture = createFixture();
  }

  @AfterAll
  final void closeFixture() {
    if (fixture != null) {
      fixture.close();
    }
  }

  @BeforeEach
  final void openScenario(TestInfo test) {
    scenario = new Scenario(fixture, test.getTestMethod().orElseThrow().getName());
  }

  @AfterEach
  final void closeScenario() {
    scenario.close();
  }

  /** For the kit's own chapters. */
  @Override
  public final Scenario scenario() {
    return scenario;
  }
}
