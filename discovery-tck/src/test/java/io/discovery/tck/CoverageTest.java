package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * SPEC.md and the tests of the kit are one to one, and each test says what the reader must know.
 */
class CoverageTest {
  private final List<Rule> rules = Rule.all();
  private final Collection<Proof> proofs = Proof.all().values();

  @Test
  void everyRuleHasATest() {
    Set<String> proven = proofs.stream().map(p -> Proof.rule(p.test())).collect(Collectors.toSet());
    assertNone("rules without a test", rules.stream().map(Rule::number).toList(), proven::contains);
  }

  @Test
  void everyTestIsNamedAfterARule() {
    Set<String> numbers = rules.stream().map(Rule::number).collect(Collectors.toSet());
    assertNone(
        "tests of rules that do not exist (expected: sRNN_whatItShows for rule R.NN of SPEC.md)",
        Proof.methods(),
        test -> numbers.contains(Proof.rule(test)));
  }

  @Test
  void rulesAreNumberedInOrderAndSayWhatTheyDemand() {
    List<String> wrong = new ArrayList<>();
    int chapter = 0;
    int last = 0;
    for (Rule rule : rules) {
      String[] number = rule.number().split("\\.", -1);
      boolean next = Integer.parseInt(number[0]) == chapter + 1;
      chapter = next ? chapter + 1 : chapter;
      last = next ? 1 : last + 1;
      if (!rule.number().equals(chapter + "." + last)
          || !rule.chapter().startsWith(chapter + " ")
          || !rule.text().matches(".*\\b(MUST|MAY)\\b.*")
          || rule.intent().isEmpty()) {
        wrong.add(rule.number() + ": " + rule);
      }
    }
    assertEquals(List.of(), wrong, "expected: the next number, a MUST, an Intent");
    assertTrue(rules.size() > 50, "only " + rules.size() + " rules were understood");
  }

  @Test
  void theSourcesOfTheTestsAreInTheJar() {
    List<String> named = proofs.stream().map(Proof::test).toList();
    assertEquals(new TreeSet<>(Proof.methods()), new TreeSet<>(named));
  }

  @Test
  void everyTestSaysWhatItDoesAndWhatToCheck() {
    List<String> silent =
        proofs.stream()
            .filter(p -> p.does().isEmpty() || p.check().isEmpty())
            .map(Proof::test)
            .toList();
    assertEquals(List.of(), silent, "expected: javadoc that ends with 'Check …' or 'Engine only.'");
  }

  @Test
  void whatATestNeedsIsACapability() {
    Set<Capability> needed = new HashSet<>();
    for (Proof proof : proofs) {
      assertFalse(
          proof.text().contains("Needs ") && proof.needs().isEmpty(),
          () -> proof.test() + " needs nothing that exists: " + proof.text());
      needed.addAll(proof.needs());
    }
    assertNone("capabilities that no test needs", List.of(Capability.values()), needed::contains);
  }

  @Test
  void everyBadgeHasTestsOfItsOwn() {
    Set<Badge> badges = proofs.stream().map(Proof::badge).collect(Collectors.toSet());
    assertEquals(Set.of(Badge.CORE, Badge.RESILIENT, Badge.CERTIFIED), badges);
  }

  private static <T> void assertNone(String what, Collection<T> all, Predicate<T> good) {
    assertEquals(List.of(), all.stream().filter(good.negate()).toList(), what);
  }
}
