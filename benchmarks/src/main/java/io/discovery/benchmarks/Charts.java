package io.discovery.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/** Draws the results. */
final class Charts {
  private final Path directory;

  Charts(Path directory) {
    this.directory = directory;
  }

  /** Ours and the best peer as multiples of the bare client, for each row that has all. */
  void ratios(List<Row> rows) throws IOException {
    List<Row> comparable =
        rows.stream().filter(row -> row.ratio(Contestant.BARE).isPresent()).toList();
    if (comparable.isEmpty()) {
      return;
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1100)
            .height(620)
            .title("multiples of the bare client (1 = as fast as the store allows)")
            .build();
    look(chart.getStyler());
    chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(0.1).setXAxisLabelRotation(60);
    List<String> names =
        comparable.stream()
            .map(row -> row.job() + " " + row.subject() + ", " + row.line())
            .toList();
    chart.addSeries(
        "ours",
        names,
        comparable.stream().map(row -> row.ratio(Contestant.BARE).orElse(1.0)).toList());
    chart.addSeries("best peer", names, comparable.stream().map(Charts::peerRatio).toList());
    save(chart, "performance-ratios");
  }

  private static Double peerRatio(Row row) {
    Optional<Double> peer = row.bestPeer().flatMap(row::value);
    Optional<Double> bare = row.value(Contestant.BARE);
    return peer.isPresent() && bare.isPresent() ? peer.get() / bare.get() : null;
  }

  /** Cost by size, both logarithmic: what grows with the size rises by one decade a decade. */
  void growth(List<Results.Point> points) throws IOException {
    if (points.isEmpty()) {
      return;
    }
    XYChart chart =
        new XYChartBuilder()
            .width(1100)
            .height(560)
            .title("processor time of one change")
            .xAxisTitle("instances of the service")
            .yAxisTitle("µs")
            .build();
    look(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    Map<String, List<Results.Point>> series = new LinkedHashMap<>();
    points.forEach(
        point -> series.computeIfAbsent(point.series(), unused -> new ArrayList<>()).add(point));
    series.forEach(
        (name, its) ->
            chart.addSeries(
                name,
                its.stream().map(Results.Point::instances).toList(),
                its.stream().map(point -> Math.max(0.1, point.cost())).toList()));
    save(chart, "performance-growth");
  }

  private static void look(Styler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(Styler.LegendPosition.InsideNW);
  }

  private void save(Chart<?, ?> chart, String name) throws IOException {
    VectorGraphicsEncoder.saveVectorGraphic(
        chart, directory.resolve(name).toString(), VectorGraphicsFormat.SVG);
  }
}
