package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The rows as cells, for the terminal and for Markdown. */
final class Table {
  private static final List<String> HEAD =
      List.of(
          "job", "what", "ours", "bare", "peers", "ours ÷ bare", "ours ÷ best peer", "goal", "");

  private Table() {}

  static List<String> cells(Row row) {
    Optional<Double> toPeer = row.bestPeer().flatMap(row::ratio);
    return List.of(
        row.job(),
        row.subject() + ": " + row.line(),
        Figures.of(row.value(Contestant.OURS), row.unit()),
        Figures.of(row.value(Contestant.BARE), row.unit()),
        peers(row),
        Figures.ratio(row.ratio(Contestant.BARE)),
        Figures.ratio(toPeer),
        row.goalText(),
        row.verdict());
  }

  /** All that have no column of their own. */
  private static String peers(Row row) {
    return row.values().entrySet().stream()
        .filter(value -> value.getKey() != Contestant.OURS && value.getKey() != Contestant.BARE)
        .map(value -> value.getKey() + " " + Figures.of(Optional.of(value.getValue()), row.unit()))
        .collect(Collectors.joining(", "));
  }

  /** One row, for those who wait for the table. */
  static String line(Row row) {
    return cells(row).stream().filter(cell -> !cell.isEmpty()).collect(Collectors.joining(" | "));
  }

  /** All rows, aligned. */
  static String text(List<Row> rows) {
    List<List<String>> lines = new ArrayList<>(List.of(HEAD));
    rows.forEach(row -> lines.add(cells(row)));
    int[] widths = new int[HEAD.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        text.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** All rows as a table of Markdown. */
  static String markdown(List<Row> rows) {
    String rule = "|" + "---|".repeat(HEAD.size());
    return "| "
        + String.join(" | ", HEAD)
        + " |\n"
        + rule
        + "\n"
        + rows.stream()
            .map(row -> "| " + String.join(" | ", cells(row)) + " |\n")
            .collect(Collectors.joining());
  }
}
