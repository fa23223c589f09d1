package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault as the client's socket sees it. */
class TcpProxyTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  private EchoServer server;
  private TcpProxy proxy;

  @BeforeEach
  void open() throws IOException {
    server = new EchoServer();
    proxy = new TcpProxy(server.port());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void send(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
  }

  private static void expectEcho(Socket socket, int value) throws IOException {
    send(socket, value);
    assertEquals(value, socket.getInputStream().read());
  }

  private static void expectSilence(Socket socket) throws IOException {
    socket.setSoTimeout(200);
    assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
    socket.setSoTimeout(5_000);
  }

  @Test
  void passesBytesAndCountsThem() throws IOException {
    try (Socket one = connect();
        Socket two = connect()) {
      expectEcho(one, 1);
      expectEcho(two, 2);
      expectEcho(two, 3);
      assertEquals(2, proxy.accepted());
      assertEquals(2, proxy.open());
      assertEquals(3, proxy.bytesToServer());
      Await.until("three bytes counted", SOON, () -> proxy.bytesToClient() == 3);
    }
    Await.until("connections to be forgotten", SOON, () -> proxy.open() == 0);
  }

  @Test
  void cutResetsAndLetsNewOnesIn() throws IOException {
    try (Socket socket = connect()) {
      expectEcho(socket, 1);
      proxy.cut();
      assertThrows(SocketException.class, () -> socket.getInputStream().read());
    }
    try (Socket socket = connect()) {
      expectEcho(socket, 2);
    }
  }

  @Test
  void finishEndsInGoodOrder() throws IOException {
    try (Socket socket = connect()) {
      expectEcho(socket, 1);
      proxy.finish();
      assertEquals(-1, socket.getInputStream().read());
    }
    Await.until("the connection to be forgotten", SOON, () -> proxy.open() == 0);
    try (Socket socket = connect()) {
      expectEcho(socket, 2);
    }
  }

  @Test
  void refuseAndAcceptOnTheSamePort() throws IOException {
    for (int i = 0; i < 50; i++) {
      try (Socket socket = connect()) {
        expectEcho(socket, i);
        proxy.refuse();
        assertThrows(SocketException.class, () -> socket.getInputStream().read());
      }
      assertThrows(ConnectException.class, this::connect);
      proxy.accept();
    }
  }

  @Test
  void aBlackHoleHoldsBytesBack() throws IOException {
    try (Socket socket = connect()) {
      expectEcho(socket, 1);
      proxy.blackHole();
      send(socket, 2);
      expectSilence(socket);
      assertEquals(1, server.received());
      try (Socket late = connect()) {
        send(late, 3);
        expectSilence(late);
        proxy.pass();
        assertEquals(3, late.getInputStream().read());
      }
      assertEquals(2, socket.getInputStream().read());
    }
  }

  @Test
  void oneWayBlackHoleLosesAnswersAlone() throws IOException {
    try (Socket socket = connect()) {
      proxy.blackHole(false, true);
      send(socket, 1);
      Await.until("the request at the server", SOON, () -> server.received() == 1);
      expectSilence(socket);
      proxy.cut();
      assertThrows(SocketException.class, () -> socket.getInputStream().read());
    }
  }

  @Test
  void aBlackHoleHidesTheEndOfTheServer() throws IOException {
    try (Socket socket = connect()) {
      expectEcho(socket, 1);
      proxy.blackHole();
      server.close();
      expectSilence(socket);
    }
  }

  @Test
  void delaysEachWay() throws IOException {
    try (Socket socket = connect()) {
      proxy.delay(Duration.ofMillis(150));
      long start = System.nanoTime();
      expectEcho(socket, 1);
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis >= 300, "there and back took " + millis + " ms");
      proxy.pass();
    }
  }

  @Test
  void aServerThatIsAwayEndsTheConnection() throws IOException {
    server.close();
    try (Socket socket = connect()) {
      assertThrows(SocketException.class, () -> socket.getInputStream().read());
    }
  }

  @Test
  void closeLeavesNoThread() throws IOException {
    try (Socket socket = connect();
        Socket other = connect()) {
      expectEcho(socket, 1);
      proxy.blackHole();
      send(other, 2);
      proxy.close();
      proxy.close();
      String prefix = "proxy-" + proxy.port() + "-";
      Await.until(
          "the end of the proxy's threads",
          SOON,
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(thread -> thread.getName().startsWith(prefix)));
    }
  }
}
