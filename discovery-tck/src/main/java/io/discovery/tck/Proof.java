package io.discovery.tck;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One test of the kit and what its javadoc says, read from the source of its chapter, which lies in
 * the kit's jar. Immutable.
 *
 * <p>The convention, which the kit's own tests check: a test is named {@code sRNN_what}, after rule
 * R.NN; its javadoc first says what it does, then {@code Needs …} with the {@link Capability}
 * labels if it needs any, and ends with {@code Check …}, what to look at when it fails, or with
 * {@code Engine only.} if no backend can be to blame.
 *
 * @param test the method's name
 * @param text its javadoc as one line of plain text
 */
record Proof(String test, String text) {
  static final Pattern NAME = Pattern.compile("s(\\d)(\\d\\d)_[a-z]\\w+");
  private static final Pattern TEST =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s+@Test(?:\\s+@\\w+\\([^)]*\\))*\\s+default void (\\w+)",
          Pattern.DOTALL);
  private static final Pattern NEEDS = Pattern.compile("\\bNeeds ([^.]*)\\.");
  private static final Pattern CHECK = Pattern.compile("\\b(?:Check .*|Engine only\\.)$");

  /** Returns all tests of the kit by name. */
  static Map<String, Proof> all() {
    Map<String, Proof> proofs = new TreeMap<>();
    for (Class<?> chapter : DiscoveryTck.class.getInterfaces()) {
      Matcher found = TEST.matcher(Rule.resource(chapter.getSimpleName() + ".java"));
      while (found.find()) {
        proofs.put(found.group(2), new Proof(found.group(2), plain(found.group(1))));
      }
    }
    return proofs;
  }

  /** Returns the names of the kit's test methods, as the JVM knows them. */
  static List<String> methods() {
    List<String> methods = new ArrayList<>();
    for (Class<?> chapter : DiscoveryTck.class.getInterfaces()) {
      Arrays.stream(chapter.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(org.junit.jupiter.api.Test.class))
          .map(Method::getName)
          .forEach(methods::add);
    }
    return methods;
  }

  /** Returns the rule of a test: {@code s209_…} is 2.9; other names stand for themselves. */
  static String rule(String test) {
    Matcher name = NAME.matcher(test);
    return name.matches() ? name.group(1) + "." + Integer.parseInt(name.group(2)) : test;
  }

  Set<Capability> needs() {
    Matcher needs = NEEDS.matcher(text);
    return Capability.namedIn(needs.find() ? needs.group(1) : "");
  }

  /** Returns the badge that takes this test. */
  Badge badge() {
    return needs().stream().map(need -> need.badge).max(Badge::compareTo).orElse(Badge.CORE);
  }

  /** Returns what the test does. */
  String does() {
    return NEEDS.matcher(text).replaceFirst("").replaceFirst(CHECK.pattern(), "").strip();
  }

  /** Returns what to check when it fails; empty if the javadoc does not say. */
  String check() {
    Matcher check = CHECK.matcher(text);
    return check.find() ? check.group() : "";
  }

  private static String plain(String javadoc) {
    return javadoc
        .replaceAll("(?m)^\\s*\\* ?", "")
        .replaceAll("\\{@\\w+ ([^}]*)}", "$1")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
