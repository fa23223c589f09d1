package io.discovery.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
@Timeout(120)
@ExtendWith({FailureNaming.class, Reporter.class})
public abstract class DiscoveryTck extends OnFixture
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
        SettingsChapter,
        LifecycleChapter,
        ChoiceChapter,
        ConfigurationChapter,
        SecurityChapter {
  /**
   * Returns where to write the page that reports a run of all tests, rule by rule; empty for no
   * report at all, on the terminal neither.
   */
  protected Optional<Path> report() {
    Path built = Path.of(Files.isDirectory(Path.of("target")) ? "target" : "build");
    return Optional.of(
        built.resolve("discovery-tck").resolve(getClass().getSimpleName() + ".html"));
  }

  /**
   * Returns whether a run of all tests fails when a test was skipped, be it for a good reason; by
   * default it does not, and only the badge is lower.
   */
  protected boolean mustBeCertified() {
    return false;
  }

  /** Returns the backend's name. */
  final String backend() {
    return fixture().config().backend().orElse("unnamed");
  }
}
