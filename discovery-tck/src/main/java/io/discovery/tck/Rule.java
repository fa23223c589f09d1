package io.discovery.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One rule as SPEC.md states it, in Markdown without line breaks. Immutable.
 *
 * @param number such as {@code 2.9}
 * @param chapter the heading it stands under, such as {@code 2 Registration: declare once}
 * @param text the sentences with MUST
 * @param intent why there is the rule
 * @param difference where stores truly differ
 */
record Rule(
    String number, String chapter, String text, String intent, Optional<String> difference) {
  /** The copy of the specification that this kit was built with. */
  private static final String SPECIFICATION = "SPEC.md";

  private static final String FOLDER = "/META-INF/discovery-tck/";

  private static final Pattern CHAPTER = Pattern.compile("^## (\\d .*)$");
  private static final Pattern START = Pattern.compile("^\\*\\*(\\d\\.\\d{1,2})\\*\\* (.*)$");

  /** Returns all rules, in the order of the specification. */
  static List<Rule> all() {
    return parse(resource(SPECIFICATION));
  }

  static List<Rule> parse(String specification) {
    List<Rule> rules = new ArrayList<>();
    String chapter = "";
    for (String paragraph : specification.split("\\R{2,}", -1)) {
      Matcher heading = CHAPTER.matcher(paragraph);
      Matcher start = START.matcher(paragraph.lines().findFirst().orElse(""));
      if (heading.matches()) {
        chapter = heading.group(1);
      } else if (start.matches()) {
        rules.add(rule(start.group(1), chapter, paragraph));
      }
    }
    return List.copyOf(rules);
  }

  private static Rule rule(String number, String chapter, String paragraph) {
    String line = paragraph.replaceFirst("^\\S+ ", "").replaceAll("\\s+", " ");
    String[] parts = line.split(" Intent: | Difference: ", -1);
    return new Rule(
        number,
        chapter,
        parts[0].strip(),
        parts.length > 1 ? parts[1].strip() : "",
        parts.length > 2 ? Optional.of(parts[2].strip()) : Optional.empty());
  }

  /** Returns a text that the kit's jar holds. */
  static String resource(String name) {
    try (InputStream in = Rule.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("the test kit's jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
