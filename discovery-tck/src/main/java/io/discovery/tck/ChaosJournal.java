package io.discovery.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What happened in a run, for people. Safe for any thread. */
final class ChaosJournal {
  private record Line(long at, String who, String what) {}

  private final long start = System.currentTimeMillis();
  private final List<Line> lines = new ArrayList<>(); // guarded by this

  void note(String who, String what) {
    note(System.currentTimeMillis(), who, what);
  }

  synchronized void note(long at, String who, String what) {
    lines.add(new Line(at, who, what));
  }

  /** Writes all lines in order of time, below this heading. */
  synchronized void write(Path file, String heading) {
    List<String> text = new ArrayList<>(List.of(heading, ""));
    lines.stream()
        .sorted(Comparator.comparingLong(Line::at))
        .map(
            line ->
                String.format(Locale.ROOT, "%+8.3f %-8s %s", seconds(line.at), line.who, line.what))
        .forEach(text::add);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, text);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write " + file, e);
    }
  }

  /** Returns a moment as seconds since the start. */
  double seconds(long at) {
    return (at - start) / 1_000.0;
  }
}
