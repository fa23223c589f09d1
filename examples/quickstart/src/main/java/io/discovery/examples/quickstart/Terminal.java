package io.discovery.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Where the run is told: lines that stay and, on a terminal, a panel below them that is redrawn.
 * Anywhere else the panel is left out. Safe for any thread.
 */
final class Terminal {
  private static final String ESCAPE = "\u001b[";

  // Not System.out: inside Maven that is a stream of Maven's.
  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
  private final boolean live =
      System.console() != null
          && System.getenv("CI") == null
          && System.getenv("TERM") != null
          && !System.getenv("TERM").equals("dumb");
  private List<String> panel = List.of();

  /** The few colours there are. */
  enum Colour {
    BOLD(1),
    DIM(2),
    RED(31),
    GREEN(32),
    YELLOW(33);

    private final int code;

    Colour(int code) {
      this.code = code;
    }
  }

  /** Tells whether a person watches. */
  boolean isLive() {
    return live;
  }

  /** Returns {@code text} in this colour where there are colours. */
  String paint(Colour colour, String text) {
    return live ? ESCAPE + colour.code + "m" + text + ESCAPE + "0m" : text;
  }

  /** Prints a line that stays. */
  synchronized void say(String line) {
    erase();
    out.println(line);
    draw();
  }

  /** Replaces the panel. */
  synchronized void show(List<String> lines) {
    if (live) {
      erase();
      panel = List.copyOf(lines);
      draw();
    }
  }

  private void erase() {
    if (!panel.isEmpty()) {
      out.print(ESCAPE + panel.size() + "A" + ESCAPE + "J");
    }
  }

  private void draw() {
    panel.forEach(out::println);
    out.flush();
  }
}
