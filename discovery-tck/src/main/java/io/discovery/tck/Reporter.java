package io.discovery.tck;

import io.discovery.tck.Outcome.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Listens to the tests of one class and, when all tests of the kit were run, reports: a summary on
 * the terminal and a page to keep. A run of some tests alone proves no badge and has no report.
 */
final class Reporter
    implements BeforeAllCallback, BeforeEachCallback, TestWatcher, AfterAllCallback {
  private final Map<String, Outcome> outcomes = new TreeMap<>();
  private Instant began;
  private long start;
  private long startOfTest;

  /** For JUnit. */
  Reporter() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    outcomes.clear();
    began = Instant.now();
    start = System.nanoTime();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    startOfTest = System.nanoTime();
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    note(context, Status.PASSED, "");
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    note(context, Status.SKIPPED, String.valueOf(cause.getMessage()));
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    startOfTest = System.nanoTime();
    note(context, Status.SKIPPED, reason.orElse("disabled"));
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    note(context, Status.FAILED, message(cause));
  }

  private void note(ExtensionContext context, Status status, String why) {
    outcomes.put(
        context.getRequiredTestMethod().getName(),
        new Outcome(status, why, Duration.ofNanos(System.nanoTime() - startOfTest)));
  }

  /** A failure in the end of a test is suppressed by the test's own. */
  private static String message(Throwable cause) {
    StringBuilder message =
        new StringBuilder(
            cause instanceof AssertionError && cause.getMessage() != null
                ? cause.getMessage()
                : cause.toString());
    if (cause.getCause() != null) {
      message.append("\ncaused by ").append(cause.getCause());
    }
    for (Throwable also : cause.getSuppressed()) {
      message.append("\nalso ").append(also.getMessage());
    }
    return message.toString();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Map<String, Proof> proofs = Proof.all();
    DiscoveryTck suite = (DiscoveryTck) context.getRequiredTestInstance();
    Optional<Path> file = suite.report();
    if (file.isEmpty() || !outcomes.keySet().containsAll(proofs.keySet())) {
      return;
    }
    Run run =
        new Run(
            context.getRequiredTestClass().getSimpleName(),
            suite.backend(),
            began,
            Duration.ofNanos(System.nanoTime() - start),
            Rule.all(),
            proofs,
            outcomes);
    write(file.get(), HtmlReport.of(run));
    System.out.println(Summary.of(run) + "  report: " + file.get().toAbsolutePath());
    if (suite.mustBeCertified() && run.badge() != Badge.CERTIFIED) {
      throw new AssertionError(
          "badge: "
              + run.badge().title
              + " (expected: Certified); the report says what stands in its way");
    }
  }

  private static void write(Path file, String page) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, page);
    } catch (IOException e) {
      throw new UncheckedIOException("the kit's report", e);
    }
  }
}
