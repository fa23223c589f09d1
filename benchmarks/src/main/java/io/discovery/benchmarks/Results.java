package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** What a run has found so far. For one thread. */
final class Results {
  /** A point of the chart of growth. */
  record Point(String series, double instances, double cost) {}

  private final List<Row> rows = new ArrayList<>();
  private final List<Point> points = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean failed;

  void add(Row row) {
    rows.add(row);
  }

  void add(Point point) {
    points.add(point);
  }

  /** Adds what the reader of the table must know. */
  void note(String note) {
    if (!notes.contains(note)) {
      notes.add(note);
    }
  }

  /** Adds who or what failed and why, so that the run is no whole one. */
  void failure(String note) {
    failed = true;
    note(note);
  }

  boolean failed() {
    return failed;
  }

  List<Row> rows() {
    return List.copyOf(rows);
  }

  List<Point> points() {
    return List.copyOf(points);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }
}
