package io.discovery.benchmarks;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes what a run has found: for people, for programs, and as charts. */
final class Report {
  private final Machine machine;
  private final Options options;
  private final Results results;

  Report(Machine machine, Options options, Results results) {
    this.machine = machine;
    this.options = options;
    this.results = results;
  }

  /** Writes {@code performance.md}, {@code performance.json} and the charts. */
  void writeTo(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("performance.json"), json());
    Files.writeString(directory.resolve("performance.md"), markdown());
    Charts charts = new Charts(directory);
    charts.ratios(results.rows());
    charts.growth(results.points());
  }

  private String json() {
    List<Map<String, Object>> rows =
        results.rows().stream()
            .map(
                row ->
                    Map.of(
                        "job", row.job(),
                        "subject", row.subject(),
                        "line", row.line(),
                        "unit", row.unit(),
                        "values", labelled(row.values()),
                        "goal", row.goalText(),
                        "verdict", row.verdict()))
            .collect(Collectors.toList());
    Map<String, Object> all =
        Map.of(
            "machine", machine,
            "quick", options.quick(),
            "rows", rows,
            "growth", results.points(),
            "notes", results.notes());
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(all) + "\n";
  }

  private static Map<String, Double> labelled(Map<Contestant, Double> values) {
    return values.entrySet().stream()
        .collect(Collectors.toMap(value -> value.getKey().toString(), Map.Entry::getValue));
  }

  private String markdown() {
    return """
        # Performance

        Written by `mvn -q -Pbenchmarks`, which repeats all of it; `-Dbenchmarks.quick` takes less than three minutes once built, and
        `-Dbenchmarks.jobs=cold-start,idle` chooses. Servers, contestants and clock share one machine, so **ratios count, not
        milliseconds**. The contestants of a row take turns in the same run, in an order drawn for each round, and are warm: of cold
        starts and of register → listener a complete run has each do fifteen seconds first, of 1,000 registrations as many rounds
        as are measured, each on a server of its own. Records that a store is filled with have 150 bytes; the servers' data are in
        memory.

        %s · %d cores · %s · %s · %s%s

        %s

        *Bare* is the limit: the best we could write for that one job with jetcd or ZooKeeper's own client, without retries,
        decoding, last known good or any promise. Less is better in every row. Figures are medians over the rounds unless a
        percentile is named, those of `small-code` JMH's averages; of fewer than a hundred rounds, as in a cold start, p99 is
        the worst.

        %s
        ![ours and the peers, as multiples of the bare client](performance-ratios.svg)

        What one change costs as the service grows: processor time from the event to the listener, in a process that only
        watches, garbage collection included and compilation not.

        ![cost of a change by size of the service](performance-growth.svg)

        ## What keeps ours from a goal

        %s
        ## What cannot be compared

        %s
        """
        .formatted(
            machine.date(),
            machine.cores(),
            machine.processor(),
            machine.system(),
            machine.jdk(),
            options.quick() ? " · **" + Options.QUICK_PASS + "**" : "",
            machine.software().entrySet().stream()
                .map(version -> version.getKey() + " " + version.getValue())
                .collect(Collectors.joining(" · ")),
            Table.markdown(results.rows()),
            Limits.FLOORS,
            limits());
  }

  private String limits() {
    StringBuilder text = new StringBuilder(Limits.COMPARISONS);
    results.notes().forEach(note -> text.append("- In this run: ").append(note).append('\n'));
    return text.toString();
  }
}
