package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.tck.ZooKeeperServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A ZooKeeper server; what it receives is counted by its command {@code mntr}. */
final class ZooKeeperStore implements Store {
  private static final String RECEIVED = "zk_packets_received";

  private final ZooKeeperServer server = ZooKeeperServer.launch();
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
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.getOutputStream().write("mntr".getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith(RECEIVED))
          .mapToLong(line -> Long.parseLong(line.substring(RECEIVED.length()).strip()))
          .sum();
    }
  }

  @Override
  public void close() {
    writer.close();
    server.close();
  }
}
