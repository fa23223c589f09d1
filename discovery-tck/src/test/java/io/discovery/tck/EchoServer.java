package io.discovery.tck;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Sends back what it receives, and counts it. */
final class EchoServer implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket();
  private final AtomicLong received = new AtomicLong();

  EchoServer() throws IOException {
    listener.bind(Ports.loopback(0));
    start(this::serve);
  }

  int port() {
    return listener.getLocalPort();
  }

  long received() {
    return received.get();
  }

  private void serve() {
    try {
      while (true) {
        Socket socket = listener.accept();
        start(() -> echo(socket));
      }
    } catch (IOException closed) {
      // By close(): the test is over.
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      for (int next = socket.getInputStream().read();
          next >= 0;
          next = socket.getInputStream().read()) {
        received.incrementAndGet();
        socket.getOutputStream().write(next);
      }
    } catch (IOException reset) {
      // By the proxy under test.
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "echo");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
