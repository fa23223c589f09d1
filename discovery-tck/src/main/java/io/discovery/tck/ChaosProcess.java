package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.RegistryConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One life of a registrant, see {@link ChaosRegistrant}: a child JVM on this JVM's class path,
 * which does not outlive it. What is said to it before it has started, or while it is frozen, it
 * does later. Safe for any thread; reports come on a thread of its own, in order.
 */
final class ChaosProcess implements ChaosLife, AutoCloseable {
  private static final Duration END = Duration.ofSeconds(10);

  private final int number;
  private final String name;
  private final Path home;
  private final ServerSocket listener;
  private final ChildProcess child;
  private final Consumer<ChaosReport> onReport;
  private final List<String> backlog = new ArrayList<>(); // this and the next guarded by this
  private PrintStream out;
  private volatile boolean connected;
  private volatile boolean exited;
  private volatile long reported;
  private volatile long killedAt = Long.MAX_VALUE;

  ChaosProcess(int number, RegistryConfig config, Consumer<ChaosReport> onReport) {
    this.number = number;
    this.name = "p" + number;
    this.onReport = onReport;
    try {
      home = Files.createTempDirectory("discovery-registrant-");
      listener = new ServerSocket();
      listener.bind(Ports.loopback(0));
      child =
          ChildProcess.start(
              home, home.resolve("log"), command(config, listener.getLocalPort()), List.of());
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be started", e);
    }
    Thread reader = new Thread(this::read, "chaos-" + name);
    reader.setDaemon(true);
    reader.start();
  }

  private static List<String> command(RegistryConfig config, int port) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    Map<String, String> settings = new TreeMap<>();
    config.backend().ifPresent(backend -> settings.put("backend", backend));
    config.format().ifPresent(format -> settings.put("format", format));
    config.user().ifPresent(user -> settings.put("user", user));
    config.password().ifPresent(password -> settings.put("password", password));
    settings.put("endpoints", String.join(",", config.endpoints()));
    settings.put("namespace", config.namespace());
    settings.put("ttl", config.ttl().toString());
    settings.forEach((key, value) -> command.add("-Ddiscovery." + key + "=" + value));
    String logging = System.getProperty("java.util.logging.config.file");
    if (logging != null) {
      command.add("-Djava.util.logging.config.file=" + logging);
    }
    command.addAll(List.of("-cp", ZooKeeperServer.classPath()));
    command.addAll(List.of(ChaosRegistrant.class.getName(), Integer.toString(port)));
    return command;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public String name() {
    return name;
  }

  /** Says something, now or as soon as there is somebody to hear it. */
  synchronized void say(String command) {
    if (out == null) {
      backlog.add(command);
    } else {
      out.println(command);
    }
  }

  void freeze() {
    child.signal("STOP");
  }

  void thaw() {
    child.signal("CONT");
  }

  void kill() {
    killedAt = System.currentTimeMillis();
    child.signal("KILL");
    if (!child.awaitExit(END)) {
      throw new IllegalStateException(name + " does not end by SIGKILL");
    }
  }

  @Override
  public long killedAt() {
    return killedAt;
  }

  boolean isKilled() {
    return killedAt != Long.MAX_VALUE;
  }

  boolean isConnected() {
    return connected;
  }

  /** Tells whether everything about this report number has been said. */
  boolean hasReported(long number) {
    return reported >= number;
  }

  /** Lets it close its registry and end; a failure says what it logged. */
  void exit(Duration within) {
    say("exit");
    Await.until(
        () -> name + " closes its registry; the end of its log:\n" + child.logTail(),
        within,
        () -> exited);
  }

  /** Ends it, if need be, and deletes what it left. */
  @Override
  public void close() {
    if (!child.awaitExit(Duration.ofMillis(exited ? END.toMillis() : 0))) {
      kill();
    }
    TcpProxy.closeQuietly(listener);
    try {
      Files.deleteIfExists(home.resolve("log"));
      Files.deleteIfExists(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (Socket socket = listener.accept()) {
      socket.setTcpNoDelay(true);
      flush(new PrintStream(socket.getOutputStream(), true, UTF_8));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        take(line);
      }
    } catch (IOException e) {
      // It was killed, or never came: whoever waits for it says so.
    }
  }

  private synchronized void flush(PrintStream stream) {
    out = stream;
    backlog.forEach(stream::println);
    backlog.clear();
  }

  private void take(String line) {
    ChaosReport report = ChaosReport.parse(line);
    switch (report.what()) {
      case "hello" -> connected = true;
      case "reported" -> reported = report.epoch();
      case "exited" -> exited = true;
      default -> onReport.accept(report);
    }
  }
}
