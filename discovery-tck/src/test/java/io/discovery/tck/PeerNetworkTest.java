package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A network of three, as the sockets of its members see it. */
class PeerNetworkTest {
  private static final int SOON_MILLIS = 5_000;
  private static final int SILENCE_MILLIS = 200;

  private final List<EchoServer> members = new ArrayList<>();
  private PeerNetwork network;

  @BeforeEach
  void open() throws IOException {
    for (int i = 0; i < 3; i++) {
      members.add(new EchoServer());
    }
    network = new PeerNetwork(members.stream().map(m -> List.of(m.port())).toList());
  }

  @AfterEach
  void close() throws IOException {
    network.close();
    for (EchoServer member : members) {
      member.close();
    }
  }

  private Socket dial(int from, int to) throws IOException {
    return dial(from, members.get(to).port(), SOON_MILLIS);
  }

  private Socket dial(int from, int port, int timeoutMillis) throws IOException {
    Socket socket =
        new Socket(new Proxy(Proxy.Type.SOCKS, Ports.loopback(network.proxyPort(from))));
    socket.connect(Ports.loopback(port), timeoutMillis);
    socket.setSoTimeout(SOON_MILLIS);
    return socket;
  }

  private static void expectEcho(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    assertEquals(value, socket.getInputStream().read());
  }

  private static void expectSilence(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
    socket.setSoTimeout(SOON_MILLIS);
  }

  @Test
  void theIsolatedOneIsCutOffBothWaysAndTheOthersAreNot() throws IOException {
    try (Socket from = dial(0, 1);
        Socket to = dial(2, 0);
        Socket others = dial(2, 1)) {
      expectEcho(from, 1);
      expectEcho(to, 2);

      network.isolate(0);
      expectSilence(from, 3);
      expectSilence(to, 4);
      expectEcho(others, 5);

      network.heal();
      assertEquals(3, from.getInputStream().read());
      assertEquals(4, to.getInputStream().read());
    }
  }

  @Test
  void nobodyConnectsToTheIsolatedOneOrFromIt() throws IOException {
    network.isolate(1);
    for (int[] pair : new int[][] {{1, 0}, {0, 1}}) {
      int port = members.get(pair[1]).port();
      assertThrows(SocketTimeoutException.class, () -> dial(pair[0], port, SILENCE_MILLIS));
    }
    network.heal();
    try (Socket socket = dial(0, 1)) {
      expectEcho(socket, 1);
    }
  }

  @Test
  void aMemberThatIsDownIsNotConnectedTo() {
    int port = Ports.free();
    try (PeerNetwork other = new PeerNetwork(List.of(List.of(), List.of(port)))) {
      Proxy proxy = new Proxy(Proxy.Type.SOCKS, Ports.loopback(other.proxyPort(0)));
      assertThrows(
          SocketException.class,
          () -> {
            try (Socket socket = new Socket(proxy)) {
              socket.connect(Ports.loopback(port), SOON_MILLIS);
            }
          });
    }
  }

  @Test
  void nothingButMembersIsReached() throws IOException {
    try (EchoServer stranger = new EchoServer()) {
      assertThrows(SocketException.class, () -> dial(0, stranger.port(), SOON_MILLIS));
    }
  }
}
