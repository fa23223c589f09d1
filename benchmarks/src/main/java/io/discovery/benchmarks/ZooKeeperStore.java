package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.tck.ZooKeeperServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;

/** A ZooKeeper server; what it receives is counted by its command {@code mntr}. */
final class ZooKeeperStore implements Store {
  private static final String RECEIVED = "zk_packets_received";

  /** As in production: the test kit has it small and quick to start, and slow after that. */
  private static final String[] JVM = {"-Xmx1g", "-XX:TieredStopAtLevel=4"};

  private final ZooKeeperServer server = ZooKeeperServer.launch(Map.of(), JVM);
  private final Writer writer;

  ZooKeeperStore() throws Exception {
    writer = StoreType.ZOOKEEPER.writer(endpoint());
  }

  @Override
  public StoreType type() {
    return StoreType.ZOOKEEPER;
  }

  @Override
  public String endpoint() {
    return server.endpoint();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public Writer writer() {
    return writer;
  }

  @Override
  public long messages() throws IOException {
    return ask("mntr")
        .lines()
        .filter(line -> line.startsWith(RECEIVED))
        .mapToLong(line -> Long.parseLong(line.substring(RECEIVED.length()).strip()))
        .sum();
  }

  /** Returns the answer to a command of four letters. */
  String ask(String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.getOutputStream().write(command.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Override
  public void close() {
    writer.close();
    server.close();
  }
}
