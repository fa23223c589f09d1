package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.Outcome.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a run says of itself, by the outcomes of its tests. */
class SummaryTest {
  private final Map<String, Outcome> outcomes = new TreeMap<>();

  SummaryTest() {
    Proof.all()
        .keySet()
        .forEach(test -> outcomes.put(test, new Outcome(Status.PASSED, "", Duration.ofMillis(5))));
  }

  private Run run() {
    return new Run(
        "SomeTckTest",
        "some",
        Instant.EPOCH,
        Duration.ofSeconds(75),
        Rule.all(),
        Proof.all(),
        outcomes);
  }

  private void end(String test, Status status, String why) {
    outcomes.put(test, new Outcome(status, why, Duration.ofSeconds(1)));
  }

  @Test
  void allPassedIsCertified() {
    assertEquals(Badge.CERTIFIED, run().badge());
    String text = Summary.of(run());
    assertTrue(text.contains("badge: Certified\n"), text);
    assertTrue(text.contains(" 0 failed, 0 skipped, in 1 min 15 s"), text);
  }

  @Test
  void aBadgeIsAsHighAsTheLowestObstacle() {
    end("s309_staleWhenHalfOpen", Status.SKIPPED, "the fixture's Link has no black hole");
    assertEquals(Badge.RESILIENT, run().badge());
    end("s307_aCutWithoutChangesIsSilent", Status.SKIPPED, "the fixture has no Link");
    assertEquals(Badge.CORE, run().badge());
    end("s205_updateReplacesInPlace", Status.FAILED, "rule 2.5: a gap");
    assertEquals(Badge.NONE, run().badge());
  }

  @Test
  void whatIsMissingIsNamedWithItsReason() {
    end("s309_staleWhenHalfOpen", Status.SKIPPED, "the fixture's Link has no black hole");
    end("s501_closeInABlackHole", Status.SKIPPED, "the fixture's Link has no black hole");
    String text = Summary.of(run());
    assertTrue(text.contains("~3.9"), text);
    assertTrue(
        text.contains(
            "badge: Resilient; for Certified is missing: the fixture's Link has no black hole (2)"),
        text);
  }

  @Test
  void aFailureIsShownWithItsMessageAndWhatToCheck() {
    end("s205_updateReplacesInPlace", Status.FAILED, "rule 2.5: <gap> & more\nsecond line");
    String text = Summary.of(run());
    assertTrue(text.contains("!2.5"), text);
    assertTrue(text.contains("s205_updateReplacesInPlace: rule 2.5: <gap> & more\n"), text);
    String page = HtmlReport.of(run());
    assertTrue(page.contains("rule 2.5: &lt;gap&gt; &amp; more\nsecond line"), "the message");
    assertTrue(page.contains("Check that an update replaces atomically."), "what to check");
  }

  @Test
  void thePageHoldsEveryRuleAndTestAndNeedsNothingElse() {
    String page = HtmlReport.of(run());
    Rule.all()
        .forEach(rule -> assertTrue(page.contains("id=\"r" + rule.number() + "\""), rule.number()));
    Proof.all().keySet().forEach(test -> assertTrue(page.contains(test), test));
    for (String outside : new String[] {"http:", "https:", "src=", "@import", "<script", "<link"}) {
      assertFalse(page.contains(outside), "the page refers to " + outside);
    }
  }
}
