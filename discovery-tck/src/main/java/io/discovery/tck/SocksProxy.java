package io.discovery.tck;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A SOCKS 5 proxy in this JVM for what one program dials. Unlike a {@link TcpProxy} in front of a
 * server it knows both ends of a connection. Of the address only the port counts: every target is
 * on 127.0.0.1.
 *
 * <p><b>Threading.</b> One daemon thread accepts, two serve each connection. <b>Errors.</b> A
 * target that is unknown or not there shows as a closed connection, and so does what is not SOCKS.
 * <b>Lifecycle.</b> {@link #close} ends all connections and threads; idempotent.
 */
final class SocksProxy implements AutoCloseable {
  private static final int VERSION = 5;
  private static final int CONNECT = 1;
  private static final int IPV4 = 1;
  private static final byte[] NO_PASSWORD = {VERSION, 0};
  private static final byte[] CONNECTED = {VERSION, 0, 0, IPV4, 0, 0, 0, 0, 0, 0};

  private final Map<Integer, ProxyGate> routes;
  private final ServerSocket listener;
  private final Set<ProxyConnection> connections = ConcurrentHashMap.newKeySet();

  /**
   * Starts to listen on a free port of 127.0.0.1.
   *
   * @param routes what lets bytes pass, both ways, by the port of the target
   */
  SocksProxy(Map<Integer, ProxyGate> routes) {
    this.routes = Map.copyOf(routes);
    try {
      listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException("a SOCKS proxy cannot listen on 127.0.0.1", e);
    }
    startDaemon("accept", this::serve);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void serve() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        ProxyConnection connection = new ProxyConnection(client, this::forget);
        connections.add(connection);
        startDaemon("connection", () -> carry(client, connection));
        if (listener.isClosed()) {
          connection.reset(); // accepted while close() was at it
        }
      } catch (IOException e) {
        // Closed, which the loop's condition sees; anything else ended one connection.
      }
    }
  }

  private void carry(Socket client, ProxyConnection connection) {
    try {
      int target = greet(client);
      ProxyGate gate = routes.get(target);
      if (gate == null) {
        throw new IOException("port " + target + " (expected: one of " + routes.keySet() + ")");
      }
      // Where nothing passes there is no way to connect either: the client is left without answer.
      gate.await(connection::isEnded);
      if (connection.open(Ports.loopback(target))) {
        client.getOutputStream().write(CONNECTED);
        startDaemon("to-client", () -> connection.carryToClient(gate));
        connection.carryToServer(gate);
      }
    } catch (IOException e) {
      connection.reset();
    }
  }

  /** Answers the greeting and reads the request; returns the port that is asked for. */
  private static int greet(Socket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    expect("version", VERSION, in.readUnsignedByte());
    in.readFully(new byte[in.readUnsignedByte()]); // the ways to log in; none is asked for
    client.getOutputStream().write(NO_PASSWORD);
    expect("version", VERSION, in.readUnsignedByte());
    expect("command", CONNECT, in.readUnsignedByte());
    in.readUnsignedByte(); // reserved
    expect("type of address", IPV4, in.readUnsignedByte());
    in.readInt();
    return in.readUnsignedShort();
  }

  private static void expect(String what, int expected, int actual) throws IOException {
    if (actual != expected) {
      throw new IOException("SOCKS " + what + ": " + actual + " (expected: " + expected + ")");
    }
  }

  private void forget(ProxyConnection connection) {
    connections.remove(connection);
    routes.values().forEach(ProxyGate::wake);
  }

  private void startDaemon(String role, Runnable task) {
    Thread thread = new Thread(task, "socks-" + port() + "-" + role);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    TcpProxy.closeQuietly(listener);
    connections.forEach(ProxyConnection::reset);
  }
}
