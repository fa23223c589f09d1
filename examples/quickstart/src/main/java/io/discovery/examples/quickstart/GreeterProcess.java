package io.discovery.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One {@link GreeterServer} in a JVM of its own. Safe for any thread. */
final class GreeterProcess {
  private static final Duration START = Duration.ofSeconds(30);
  private static final int LAST_LINES = 15;
  private static final String REGISTERED = " is registered";

  private final Process process;
  private final CompletableFuture<Registered> registered = new CompletableFuture<>();
  private final Deque<String> output = new ArrayDeque<>(); // guarded by itself

  /**
   * The moment the server said that it is registered.
   *
   * @param at by {@link System#nanoTime}
   */
  record Registered(String authority, long at) {}

  private GreeterProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "greeter-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a server; returns at once.
   *
   * @param settings system properties in the form {@code -Dkey=value}
   */
  static GreeterProcess start(String zone, List<String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(settings);
    command.addAll(List.of("-cp", classPath(), Leash.class.getName(), zone));
    try {
      return new GreeterProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException("a greeter cannot be started", e);
    }
  }

  private static String classPath() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    List<String> entries = new ArrayList<>();
    if (loader instanceof URLClassLoader urls) { // run by Maven, in its own JVM
      for (URL url : urls.getURLs()) {
        entries.add(new File(url.getPath()).getPath());
      }
    }
    entries.add(System.getProperty("java.class.path"));
    return String.join(File.pathSeparator, entries);
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.endsWith(REGISTERED)) {
          String authority = line.substring(0, line.length() - REGISTERED.length());
          registered.complete(new Registered(authority, System.nanoTime()));
        }
        keep(line);
      }
    } catch (IOException e) {
      keep("(its output broke off: " + e + ")");
    }
    registered.completeExceptionally(new IllegalStateException("a greeter ended: " + lastOutput()));
  }

  private void keep(String line) {
    synchronized (output) {
      output.add(line);
      if (output.size() > LAST_LINES) {
        output.remove();
      }
    }
  }

  private String lastOutput() {
    synchronized (output) {
      return String.join("\n  ", output);
    }
  }

  /** Waits until the server is registered. */
  Registered awaitRegistered() {
    try {
      return registered.get(START.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "a greeter is not registered after " + START + ": " + lastOutput(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns the server's address once it is registered. */
  String authority() {
    return awaitRegistered().authority();
  }

  /** Asks it to leave: SIGTERM. */
  void terminate() {
    process.toHandle().destroy(); // Process.destroy would close the pipes as well
  }

  /** Ends it without any farewell: SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /** Returns whether the process ended within this time. */
  boolean awaitEnd(Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
