package io.discovery.benchmarks;

import java.util.Locale;

/** A picture that grows by one shape at a time, on white whatever the page is. */
final class Svg {
  /** Where a text begins, or ends, or has its middle. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  private final StringBuilder shapes = new StringBuilder();
  private final int width;
  private final int height;

  Svg(int width, int height) {
    this.width = width;
    this.height = height;
    rectangle(0, 0, width, height, "#ffffff");
  }

  void rectangle(double x, double y, double wide, double high, String color) {
    add("<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>", x, y, wide, high, color);
  }

  void line(double x1, double y1, double x2, double y2, String color, double thickness) {
    add(
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s' stroke-width='%.1f'/>",
        x1, y1, x2, y2, color, thickness);
  }

  void dot(double x, double y, String color) {
    add("<circle cx='%.1f' cy='%.1f' r='3.5' fill='%s'/>", x, y, color);
  }

  void text(double x, double y, Anchor anchor, String color, String text) {
    add(
        "<text x='%.1f' y='%.1f' text-anchor='%s' fill='%s'>%s</text>",
        x, y, anchor.name().toLowerCase(Locale.ROOT), color, escaped(text));
  }

  private void add(String format, Object... values) {
    shapes.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  @Override
  public String toString() {
    return """
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' \
        font-family='sans-serif' font-size='12'>
        %s</svg>
        """
        .formatted(width, height, width, height, shapes);
  }
}
