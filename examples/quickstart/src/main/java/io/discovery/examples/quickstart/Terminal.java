package io.discovery.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * Where the run is told: lines that stay and, on a terminal, a panel below them that is redrawn.
 * Anywhere else the panel is left out. Safe for any thread.
 */
final class Terminal {
  private static final String ESCAPE = "\u001b[";

  // Not System.out: inside Maven that is a stream of Maven's.
  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
  private final boolean live = isTerminal();
  private List<String> panel = List.of();
  private boolean kept;

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

  /** Asks a shell, for System.console() tells it only up to Java 21. */
  private static boolean isTerminal() {
    String kind = Optional.ofNullable(System.getenv("TERM")).orElse("dumb");
    if (kind.equals("dumb") || System.getenv("CI") != null) {
      return false;
    }
    try {
      return new ProcessBuilder("sh", "-c", "test -t 1").inheritIO().start().waitFor() == 0;
    } catch (IOException noShell) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
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
    if (live && !kept) {
      erase();
      panel = List.copyOf(lines);
      draw();
    }
  }

  /** Leaves the panel as it is and takes no more; what is said from now on stands below it. */
  synchronized void keepPanel() {
    panel = List.of();
    kept = true;
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
