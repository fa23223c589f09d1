package io.discovery.benchmarks;

import io.discovery.tck.EtcdServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** An etcd; what it receives is counted by its own metrics. */
final class EtcdStore implements Store {
  private static final String RECEIVED = "grpc_server_msg_received_total";

  private final EtcdServer server = EtcdServer.launch();
  private final Writer writer;

  EtcdStore() throws Exception {
    writer = StoreType.ETCD.writer(endpoint());
  }

  @Override
  public StoreType type() {
    return StoreType.ETCD;
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
    try (InputStream in = URI.create(server.url() + "/metrics").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(RECEIVED))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }

  @Override
  public void close() {
    writer.close();
    server.close();
  }
}
