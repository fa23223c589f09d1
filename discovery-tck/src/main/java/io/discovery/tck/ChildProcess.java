package io.discovery.tck;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

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

  private static final Duration FREEZE = Duration.ofSeconds(10);

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

  /** Stops all of its threads by SIGSTOP; returns when none runs any more. */
  void freeze() {
    signal("STOP");
    // The signal is only on its way yet: on a busy machine threads go on for a good while.
    Await.until(() -> "all threads of " + pid() + " stand still", FREEZE, this::standsStill);
  }

  private boolean standsStill() {
    Path threads = Path.of("/proc", Long.toString(pid()), "task");
    try {
      if (!Files.isDirectory(threads)) {
        return state("ps", "-o", "state=", "-p", Long.toString(pid())).startsWith("T");
      }
      try (Stream<Path> all = Files.list(threads)) {
        for (Path thread : all.toList()) {
          String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
          // pid (name) state …; the name may hold anything.
          if ("RSD".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0) {
            return false;
          }
        }
      }
      return true;
    } catch (NoSuchFileException aThreadEnded) {
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("cannot see whether " + pid() + " stands still", e);
    }
  }

  private static String state(String... command) throws IOException {
    Process ps = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = ps.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.ISO_8859_1).trim();
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
