package io.discovery.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A main class in a JVM of its own, on this JVM's class path. */
final class Program implements AutoCloseable {
  private final Process process;
  private final List<String> output = new ArrayList<>(); // guarded by itself
  private final CompletableFuture<Void> read;

  private Program(Process process) {
    this.process = process;
    this.read = CompletableFuture.runAsync(this::read, task -> new Thread(task).start());
  }

  /**
   * Starts it.
   *
   * @param options of the JVM, such as {@code -Dkey=value}
   */
  static Program start(Class<?> main, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    try {
      return new Program(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (output) {
          output.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for its end and returns the exit code. */
  int awaitExit(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("not ended within " + timeout + ":\n" + text());
    }
    read.join();
    return process.exitValue();
  }

  boolean printed(Predicate<String> line) {
    synchronized (output) {
      return output.stream().anyMatch(line);
    }
  }

  long count(String line) {
    synchronized (output) {
      return output.stream().filter(line::equals).count();
    }
  }

  String text() {
    synchronized (output) {
      return String.join("\n", output);
    }
  }

  void terminate() {
    process.toHandle().destroy();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** For messages. */
  @Override
  public String toString() {
    return text();
  }
}
