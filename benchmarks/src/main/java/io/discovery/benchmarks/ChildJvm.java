package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the class path of this one. */
final class ChildJvm {
  private static final String LOGGING = "java.util.logging.config.file";

  private static final String ANSWER = "jute.maxbuffer";

  private ChildJvm() {}

  /** Runs a program to its end and returns the number that it says. */
  static double ask(Class<?> program, String... arguments) throws Exception {
    Process child = start(program, arguments);
    try (BufferedReader output = child.inputReader(UTF_8)) {
      String answer = output.readLine();
      if (answer == null) {
        throw new IllegalStateException(program.getName() + " said nothing");
      }
      return Double.parseDouble(answer);
    } finally {
      child.destroy();
      child.waitFor();
    }
  }

  /** Starts a program; what it writes to its error output appears on ours. */
  static Process start(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-Xmx1g");
    command.add("-D" + LOGGING + "=" + System.getProperty(LOGGING, ""));
    command.add("-D" + ANSWER + "=" + System.getProperty(ANSWER, ""));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
