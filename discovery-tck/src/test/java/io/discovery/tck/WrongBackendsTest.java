package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A kit that cannot fail proves nothing: each wrong backend fails the test made for it. */
class WrongBackendsTest {
  @ParameterizedTest
  @EnumSource
  void isNoticed(Wrong wrong) {
    WrongKit.what = wrong;
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            request().selectors(selectMethod(WrongKit.class, wrong.noticedBy)).build(), listener);
    TestExecutionSummary summary = listener.getSummary();
    assertEquals(1, summary.getTestsFailedCount(), () -> wrong + " passes " + wrong.noticedBy);
    String message = summary.getFailures().get(0).getException().getMessage();
    String rule =
        "rule "
            + wrong.noticedBy.charAt(1)
            + "."
            + Integer.parseInt(wrong.noticedBy.substring(2, 4));
    assertTrue(
        message.contains(rule),
        () -> wrong + ": '" + message + "' (expected: it names " + rule + ")");
  }
}
