package io.discovery.tck;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a command that cannot outlive this JVM, not even one that dies by {@code kill -9}: a
 * small shell watches a pipe from us, and when that breaks it kills the command and deletes its
 * directory. The shell becomes the command ({@code exec}), so signals reach it directly. Needs a
 * POSIX {@code sh}. Thread-safe as {@link Process} is.
 */
final class ChildProcess {
  // After a normal end the pipe breaks too, but then there is nothing to kill and the data stay.
  private static final String GUARD =
      "exec 3<&0; { read -r _; kill -9 $$ && rm -rf \"$0\"; } <&3 >/dev/null 2>&1 & "
          + "exec \"$@\" 3<&- </dev/null";

  private final Process process;
  private final Path log;

  private ChildProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a command.
   *
   * @param home its working directory, which goes with this JVM
   * @param log where its output is appended
   * @param unset prefixes of environment variables that it does not inherit
   */
  static ChildProcess start(Path home, Path log, List<String> command, List<String> unset)
      throws IOException {
    List<String> guarded = new ArrayList<>(List.of("sh", "-c", GUARD, home.toString()));
    guarded.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(guarded)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(key -> unset.stream().anyMatch(key::startsWith));
    return new ChildProcess(builder.start(), log);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal such as {@code TERM}; one that has ended already is left in peace. */
  void signal(String name) {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (kill.waitFor() != 0 && process.isAlive()) {
        throw new IllegalStateException("kill -" + name + " " + pid() + " failed");
      }
    } catch (IOException e) {
      throw new IllegalStateException("kill -" + name + " " + pid() + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during kill -" + name + " " + pid(), e);
    }
  }

  /** Waits for the end; returns whether it came in time. */
  boolean awaitExit(Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while awaiting the end of " + pid(), e);
    }
  }

  /** Returns the end of the output, for messages. */
  String logTail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }
}
