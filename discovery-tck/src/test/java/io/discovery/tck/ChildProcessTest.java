package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path directory;

  @Test
  void aChildDiesWithAJvmThatIsKilledHard() throws IOException {
    Path home = directory.resolve("home");
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Abandoning.class.getName(),
                home.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), UTF_8))) {
      long child = Long.parseLong(output.readLine());
      assertTrue(isAlive(child), "the child is there");
      jvm.destroyForcibly();
      Await.until("the end of the child", SOON, () -> !isAlive(child));
      Await.until("the end of its directory", SOON, () -> !Files.exists(home));
    } finally {
      jvm.destroyForcibly();
    }
  }

  @Test
  void aChildThatEndsKeepsItsDirectory() throws IOException {
    ChildProcess child =
        ChildProcess.start(
            directory, directory.resolve("log"), List.of("echo", "hello"), List.of());
    assertTrue(child.awaitExit(SOON), "echo ends");
    Await.until("its output", SOON, () -> child.logTail().equals("hello"));
    child.signal("TERM");
    assertTrue(Files.exists(directory.resolve("log")), "the directory is still there");
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
