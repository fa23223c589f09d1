package io.discovery.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real server as a child process on a free port of 127.0.0.1, with a data directory of its own
 * that is deleted in the end. Ready means: it answers a read. The child ends with this JVM, however
 * that ends.
 *
 * <p><b>Threading.</b> Safe for use by any thread; the operations exclude each other.
 * <b>Errors.</b> Every wait is bounded; {@link IllegalStateException} carries the end of the
 * server's log. <b>Lifecycle.</b> Subclasses start it once in their factory; {@link #close} is
 * idempotent.
 */
public abstract class ServerProcess implements Server, AutoCloseable {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final String name;
  private final int port = Ports.free();
  private final Path home;
  private ChildProcess child;
  private boolean paused;
  private boolean closed;

  /**
   * Chooses port and directory; starts nothing.
   *
   * @param name what messages call the server
   */
  protected ServerProcess(String name) {
    this.name = name;
    try {
      this.home = Files.createTempDirectory("discovery-" + name + "-");
    } catch (IOException e) {
      throw new IllegalStateException(name + ": no temporary directory", e);
    }
  }

  /**
   * Returns the command line. The server keeps its data below {@link #data} and logs to its output.
   */
  protected abstract List<String> command();

  /**
   * Prepares the directory for a start, such as writing a configuration file into {@link #home}.
   */
  protected void prepare() throws IOException {}

  /** Tries one read, as a client would; returns or fails within about a second. */
  protected abstract boolean answers() throws IOException;

  /** Returns the prefixes of environment variables that the server must not inherit. */
  protected List<String> hiddenVariables() {
    return List.of();
  }

  /** Returns {@code 127.0.0.1:port}, the same for the whole life of this object. */
  public final String endpoint() {
    return "127.0.0.1:" + port;
  }

  /** Returns the port that clients connect to. */
  public final int port() {
    return port;
  }

  /** Returns the directory that is deleted in the end. */
  protected final Path home() {
    return home;
  }

  /** Returns the directory that {@link #wipe} empties. */
  protected final Path data() {
    return home.resolve("data");
  }

  /** Returns the process id of the running server. */
  public final synchronized long pid() {
    require(isRunning(), "is not running");
    return child.pid();
  }

  /** Tells whether the process is there, frozen or not. */
  public final synchronized boolean isRunning() {
    return child != null && child.isAlive();
  }

  @Override
  public final synchronized void start() {
    require(!closed, "is closed");
    if (isRunning()) {
      thaw();
      awaitReady();
      return;
    }
    try {
      Files.createDirectories(data());
      prepare();
      child = ChildProcess.start(home, home.resolve("log"), command(), hiddenVariables());
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be started", e);
    }
    awaitReady();
  }

  @Override
  public final synchronized void stop() {
    end("TERM");
  }

  @Override
  public final synchronized void kill() {
    end("KILL");
  }

  @Override
  public final synchronized void pause() {
    require(isRunning(), "is not running");
    paused = true;
    child.freeze();
  }

  @Override
  public final synchronized void resume() {
    if (thaw()) {
      awaitReady();
    }
  }

  private boolean thaw() {
    boolean thawed = paused && isRunning();
    if (thawed) {
      child.signal("CONT");
    }
    paused = false;
    return thawed;
  }

  @Override
  public final synchronized void wipe() {
    kill();
    delete(data());
    start();
  }

  /** Ends the server and deletes its directory. */
  @Override
  public final synchronized void close() {
    closed = true;
    kill();
    delete(home);
  }

  private void end(String signal) {
    if (!isRunning()) {
      return;
    }
    child.signal(signal);
    if (paused && !signal.equals("KILL")) {
      // Thawed only with the signal pending; a crash must not thaw at all, the server would go on.
      child.signal("CONT");
    }
    paused = false;
    if (!child.awaitExit(STOP)) {
      child.signal("KILL");
      require(child.awaitExit(STOP), "did not end by SIGKILL");
      require(false, "did not end within " + STOP.toSeconds() + " s of SIG" + signal);
    }
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + START.toNanos();
    IOException last = null;
    while (System.nanoTime() - deadline < 0) {
      require(child.isAlive(), "ended while starting");
      try {
        if (answers()) {
          return;
        }
      } catch (IOException e) {
        last = e;
      }
      Await.pause(() -> "a read from " + name);
    }
    IllegalStateException late =
        failure("does not answer reads after " + START.toSeconds() + " s; last failure: " + last);
    kill();
    throw late;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw failure(otherwise);
    }
  }

  private IllegalStateException failure(String what) {
    String log = child == null ? "" : "; the end of its log:\n" + child.logTail();
    return new IllegalStateException(name + " at " + endpoint() + " " + what + log);
  }

  private void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException(name + ": cannot delete " + directory, e);
    }
  }
}
