package io.discovery.benchmarks;

import io.discovery.benchmarks.Results.Point;
import io.discovery.benchmarks.Svg.Anchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Draws the results. All scales are logarithmic, with whole decades. */
final class Charts {
  private static final String INK = "#24292f";
  private static final String GRID = "#d0d7de";
  private static final String OURS = "#0969da";
  private static final String PEER = "#d4a72c";
  // Of lines: told apart by those who do not see all colors, too.
  private static final List<String> COLORS =
      List.of(OURS, "#57606a", PEER, "#56b4e9", "#009e73", "#cc79a7", "#8250df", "#d55e00");

  private final Path directory;

  Charts(Path directory) {
    this.directory = directory;
  }

  /** From one power of ten to another, along a line. */
  private record Axis(int low, int high, double start, double end) {
    static Axis over(List<Double> values, double start, double end) {
      double least = values.stream().min(Comparator.naturalOrder()).orElse(1.0);
      double most = values.stream().max(Comparator.naturalOrder()).orElse(1.0);
      int low = (int) Math.floor(Math.log10(least) + 1e-9);
      return new Axis(low, Math.max(low + 1, (int) Math.ceil(Math.log10(most) - 1e-9)), start, end);
    }

    double at(double value) {
      return start + (end - start) * (Math.log10(value) - low) / (high - low);
    }

    List<Double> decades() {
      List<Double> decades = new ArrayList<>();
      for (int power = low; power <= high; power++) {
        decades.add(Math.pow(10, power));
      }
      return decades;
    }
  }

  /** Ours and the best peer as multiples of the bare client: a pair of bars for each row. */
  void ratios(List<Row> rows) throws IOException {
    List<Row> comparable =
        rows.stream().filter(row -> ours(row).filter(ratio -> ratio > 0).isPresent()).toList();
    if (comparable.isEmpty()) {
      return;
    }
    int left = 500;
    int top = 50;
    int step = 30;
    int bottom = top + step * comparable.size();
    List<Double> ratios = new ArrayList<>(List.of(1.0)); // which all are compared with
    comparable.forEach(row -> ours(row).ifPresent(ratios::add));
    comparable.forEach(row -> peers(row).ifPresent(ratios::add));
    Axis axis = Axis.over(ratios, left, 1020);
    Svg svg = new Svg(1100, bottom + 30);
    svg.text(left, 20, Anchor.START, INK, "multiples of the bare client; less is better");
    svg.text(left, 38, Anchor.START, OURS, "■ ours");
    svg.text(left + 70, 38, Anchor.START, PEER, "■ best peer");
    for (double decade : axis.decades()) {
      svg.line(axis.at(decade), top, axis.at(decade), bottom, GRID, 1);
      svg.text(axis.at(decade), bottom + 18, Anchor.MIDDLE, INK, Figures.plain(decade));
    }
    int y = top;
    for (Row row : comparable) {
      String name = row.job() + ", " + row.subject() + ": " + row.line();
      svg.text(left - 8, y + 18, Anchor.END, INK, name);
      bar(svg, axis, y + 3, ours(row), OURS);
      bar(svg, axis, y + 15, peers(row), PEER);
      y += step;
    }
    svg.line(axis.at(1), top, axis.at(1), bottom, INK, 1.5);
    save(svg, "performance-ratios");
  }

  private static Optional<Double> ours(Row row) {
    return row.ratio(Contestant.BARE);
  }

  private static Optional<Double> peers(Row row) {
    return row.value(Contestant.BARE)
        .filter(bare -> bare > 0)
        .flatMap(bare -> row.bestPeer().flatMap(row::value).map(peer -> peer / bare))
        .filter(ratio -> ratio > 0);
  }

  /** From the bare client's 1 to the right or to the left. */
  private static void bar(Svg svg, Axis axis, int y, Optional<Double> ratio, String color) {
    ratio.ifPresent(
        value -> {
          double from = Math.min(axis.at(1), axis.at(value));
          double to = Math.max(axis.at(1), axis.at(value));
          svg.rectangle(from, y, Math.max(1, to - from), 9, color);
          svg.text(to + 4, y + 9, Anchor.START, INK, Figures.plain(value));
        });
  }

  /** Cost by size: what grows with the size rises by one decade a decade. */
  void growth(List<Point> points) throws IOException {
    if (points.isEmpty()) {
      return;
    }
    List<Point> visible = points.stream().filter(point -> point.cost() > 0).toList();
    Axis across = Axis.over(values(visible, Point::instances), 70, 800);
    Axis up = Axis.over(values(visible, Point::cost), 440, 50);
    Svg svg = new Svg(1100, 500);
    svg.text(70, 25, Anchor.START, INK, "processor time of one change, µs; less is better");
    for (double size : across.decades()) {
      svg.line(across.at(size), 50, across.at(size), 440, GRID, 1);
      svg.text(across.at(size), 460, Anchor.MIDDLE, INK, Figures.plain(size));
    }
    for (double cost : up.decades()) {
      svg.line(70, up.at(cost), 800, up.at(cost), GRID, 1);
      svg.text(62, up.at(cost) + 4, Anchor.END, INK, Figures.plain(cost));
    }
    svg.text(435, 485, Anchor.MIDDLE, INK, "instances of the service");
    Map<String, List<Point>> series = new LinkedHashMap<>();
    visible.forEach(
        point -> series.computeIfAbsent(point.series(), unused -> new ArrayList<>()).add(point));
    int at = 0;
    for (Map.Entry<String, List<Point>> its : series.entrySet()) {
      String color = COLORS.get(at % COLORS.size());
      List<Point> line = its.getValue();
      for (int i = 0; i < line.size(); i++) {
        double x = across.at(line.get(i).instances());
        double y = up.at(line.get(i).cost());
        svg.dot(x, y, color);
        if (i > 0) {
          Point before = line.get(i - 1);
          svg.line(across.at(before.instances()), up.at(before.cost()), x, y, color, 2);
        }
      }
      svg.text(820, 60 + 22 * at, Anchor.START, color, "● " + its.getKey());
      at++;
    }
    save(svg, "performance-growth");
  }

  private static List<Double> values(List<Point> points, ToDoubleFunction<Point> value) {
    return points.stream().map(value::applyAsDouble).toList();
  }

  private void save(Svg svg, String name) throws IOException {
    Files.writeString(directory.resolve(name + ".svg"), svg.toString());
  }
}
