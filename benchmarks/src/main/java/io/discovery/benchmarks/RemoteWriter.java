package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/**
 * Changes records from a JVM of its own, so that the processor time of this one is the watchers'
 * alone. For one thread.
 */
final class RemoteWriter implements AutoCloseable {
  private final Process process;
  private final PrintWriter commands;
  private final BufferedReader answers;

  RemoteWriter(Store store) throws IOException {
    process = ChildJvm.start(RemoteWriterMain.class, store.type().name(), store.endpoint());
    commands = new PrintWriter(new BufferedWriter(process.outputWriter(UTF_8)), true);
    answers = process.inputReader(UTF_8);
  }

  /**
   * Starts to change the instances of a service, one after the other and round again, and to create
   * one more when all of that is acknowledged.
   *
   * @param paceMicros time between two changes; 0 for as fast as it goes
   * @param version differs from that of the last changes
   */
  void start(String service, int instances, int changes, int paceMicros, int version) {
    commands.println(
        String.join(" ", service, "" + instances, "" + changes, "" + paceMicros, "" + version));
  }

  /** Waits until everything is acknowledged. */
  void await() throws IOException {
    String answer = answers.readLine();
    if (!RemoteWriterMain.DONE.equals(answer)) {
      throw new IllegalStateException("the writer said '" + answer + "' (expected: done)");
    }
  }

  /** Ends the process: its input ends. */
  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(Handle.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
