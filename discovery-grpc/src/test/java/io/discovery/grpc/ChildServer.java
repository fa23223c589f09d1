package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM with a registered server, see {@link ServerMain}, and without grpc-services. */
final class ChildServer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;

  private ChildServer(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it and waits until it is ready, or over. */
  static ChildServer start(RegistryConfig config, ServerMain.End end, Path directory) {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path log = directory.resolve("child.log");
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-cp",
                  String.join(
                      File.pathSeparator,
                      Arrays.stream(path.split(File.pathSeparator))
                          .filter(entry -> !entry.contains("grpc-services"))
                          .toList()),
                  ServerMain.class.getName(),
                  config.backend().orElseThrow(),
                  config.endpoints().get(0),
                  config.namespace(),
                  end.name())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      ChildServer child = new ChildServer(process, log);
      Await.until(
          () -> "the child is ready: " + child.said(),
          START,
          () -> child.said().contains("ready") || !process.isAlive());
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends SIGTERM; {@link Process#destroy} would close the child's standard input before. */
  void terminate() {
    assertTrue(process.toHandle().destroy());
  }

  /** Stops it as it is: connections stay open and nothing answers. */
  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      assertEquals(0, kill.waitFor());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  List<String> said() {
    try {
      return Files.readString(log)
          .lines()
          .filter(line -> line.startsWith(ServerMain.SAYS))
          .map(line -> line.substring(ServerMain.SAYS.length()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String last() {
    return said().get(said().size() - 1);
  }

  void awaitEnd(int code) throws InterruptedException {
    assertTrue(process.waitFor(START.toSeconds(), TimeUnit.SECONDS), () -> "hangs: " + said());
    assertEquals(code, process.exitValue(), () -> said().toString());
  }

  /** Ends it at once. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
  }
}
