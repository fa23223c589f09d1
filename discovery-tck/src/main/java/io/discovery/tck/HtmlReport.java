package io.discovery.tck;

import io.discovery.tck.Outcome.Status;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run as one page of HTML that needs nothing else, no script and no network: the badge, a map of
 * the rules, and each rule with its sentences and its tests.
 */
final class HtmlReport {
  private static final String STYLE = "report.css";
  private static final DateTimeFormatter WHEN =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm", Locale.ENGLISH);

  private final Run run;
  private final StringBuilder page = new StringBuilder();

  private HtmlReport(Run run) {
    this.run = run;
  }

  static String of(Run run) {
    HtmlReport report = new HtmlReport(run);
    report.head();
    report.badges();
    report.map();
    report.run.chapters().forEach(report::chapter);
    report.foot();
    return report.page.toString();
  }

  private void head() {
    String title = "The contract on " + escape(run.backend());
    add("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    add("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    add("<title>%s: %s</title>", title, run.badge().title);
    add("<style>\n%s</style></head><body><main>", Rule.resource(STYLE));
    add("<header><div><p class=\"over\">discovery test kit</p><h1>%s</h1>", title);
    add(
        "<p class=\"facts\">%s · %s · %s · Java %s on %s</p></div>",
        escape(run.suite()),
        WHEN.format(run.began().atZone(ZoneId.systemDefault())),
        duration(run.took()),
        escape(System.getProperty("java.version")),
        escape(System.getProperty("os.name")));
    add(
        "<div class=\"seal %s\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M12 1.5"
            + " 3.5 5v6.2c0 5.2 3.6 9.6 8.5 11.3 4.9-1.7 8.5-6.1 8.5-11.3V5z\"/><path"
            + " class=\"tick\" d=\"%s\"/></svg><b>%s</b></div></header>",
        name(run.badge()),
        run.badge() == Badge.NONE ? "m8.5 8.5 7 7m0-7-7 7" : "m7.8 12.2 3 3 5.6-6",
        run.badge().title);
  }

  /** The three badges, each with its share of the tests and what is missing. */
  private void badges() {
    add("<section class=\"badges\">");
    for (Badge badge : List.of(Badge.CORE, Badge.RESILIENT, Badge.CERTIFIED)) {
      List<Proof> tests =
          run.proofs().values().stream().filter(proof -> proof.badge() == badge).toList();
      long passed =
          tests.stream().filter(proof -> run.outcome(proof).status() == Status.PASSED).count();
      boolean earned = run.badge().compareTo(badge) >= 0;
      add("<div class=\"badge %s\"><h2>%s</h2>", earned ? name(badge) : "open", badge.title);
      add("<p class=\"share\"><b>%d</b> of %d tests passed</p>", passed, tests.size());
      add("<div class=\"bar\"><i style=\"width:%d%%\"></i></div>", 100 * passed / tests.size());
      add("<p class=\"why\">%s</p></div>", earned ? meaning(badge) : missing(badge, tests));
    }
    add("</section>");
  }

  private static String meaning(Badge badge) {
    return switch (badge) {
      case NONE, CORE -> "The rules hold in a healthy store.";
      case RESILIENT -> "They hold through cuts, restarts, lost data and expired owners.";
      case CERTIFIED -> "Every test of the kit passed; none was skipped.";
    };
  }

  private String missing(Badge badge, List<Proof> own) {
    Map<String, List<Proof>> obstacles = run.obstacles(badge);
    obstacles.values().removeIf(proofs -> proofs.stream().noneMatch(own::contains));
    if (obstacles.isEmpty()) {
      return "Its own tests passed; the badge before is missing.";
    }
    return obstacles.entrySet().stream()
        .map(each -> escape(each.getKey()) + " <span>" + each.getValue().size() + "</span>")
        .collect(Collectors.joining("<br>", "Missing:<br>", ""));
  }

  /** All rules at a glance; each leads to its place. */
  private void map() {
    add("<section class=\"map\"><div class=\"counts\">");
    for (Status status : Status.values()) {
      add(
          "<span class=\"%s\"><b>%d</b> %s</span>",
          name(status), run.countRules(status), status.word);
    }
    add("</div>");
    run.chapters()
        .forEach(
            (chapter, rules) -> {
              add("<div class=\"row\"><span class=\"topic\">%s</span><div>", topic(chapter));
              for (Rule rule : rules) {
                add(
                    "<a class=\"chip %s\" href=\"#r%s\" title=\"%s\">%s</a>",
                    name(run.status(rule)), rule.number(), escape(rule.text()), rule.number());
              }
              add("</div></div>");
            });
    add(
        "</section><p class=\"filter\"><label><input type=\"checkbox\" id=\"open-only\"> only"
            + " rules");
    add(" that are not proven in full</label></p>");
  }

  private void chapter(String chapter, List<Rule> rules) {
    add("<section class=\"chapter\"><h2>%s</h2>", escape(chapter));
    rules.forEach(this::rule);
    add("</section>");
  }

  private void rule(Rule rule) {
    Status status = run.status(rule);
    add(
        "<article class=\"rule %s\" id=\"r%s\"><h3>%s</h3>",
        name(status), rule.number(), rule.number());
    add("<div><p class=\"must\">%s</p>", markdown(rule.text()));
    add("<p class=\"intent\">%s</p>", markdown(rule.intent()));
    rule.difference()
        .ifPresent(
            difference ->
                add("<p class=\"intent\">Where stores differ: %s</p>", markdown(difference)));
    List<Proof> proofs = run.proofs(rule);
    add(
        "<details%s><summary><span class=\"state\">%s</span> %d test%s</summary>",
        status == Status.PASSED ? "" : " open",
        status.word,
        proofs.size(),
        proofs.size() == 1 ? "" : "s");
    proofs.forEach(this::proof);
    add("</details></div></article>");
  }

  private void proof(Proof proof) {
    Outcome outcome = run.outcome(proof);
    add("<div class=\"test %s\"><p><code>%s</code>", name(outcome.status()), proof.test());
    add("<span class=\"time\">%s</span></p>", duration(outcome.took()));
    add("<p class=\"does\">%s</p>", escape(proof.does()));
    if (outcome.status() == Status.SKIPPED) {
      add("<p class=\"reason\">Skipped: %s</p>", escape(outcome.why()));
    } else if (outcome.status() == Status.FAILED) {
      add("<pre>%s</pre><p class=\"reason\">%s</p>", escape(outcome.why()), escape(proof.check()));
    }
    add("</div>");
  }

  private void foot() {
    add("<footer>%d rules, %d tests. ", run.rules().size(), run.proofs().size());
    add("Rules and badges: SPEC.md. A rule is proven if it has a test and all of them passed.");
    add("</footer></main></body></html>\n");
  }

  private void add(String format, Object... values) {
    page.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The heading without what follows its colon. */
  private static String topic(String chapter) {
    return escape(chapter.replaceFirst(":.*", ""));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String markdown(String text) {
    return escape(text)
        .replaceAll("`([^`]*)`", "<code>$1</code>")
        .replaceAll("\\*([^* ][^*]*)\\*", "<em>$1</em>")
        .replaceAll("\\b(MUST NOT|MUST|SHOULD|MAY)\\b", "<b>$1</b>");
  }

  /** A time for people: {@code 12 ms}, {@code 3.4 s}, {@code 4 min 12 s}. */
  static String duration(Duration time) {
    long millis = time.toMillis();
    if (millis < 1_000) {
      return millis + " ms";
    } else if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }
    return time.toMinutes() + " min " + time.toSecondsPart() + " s";
  }
}
