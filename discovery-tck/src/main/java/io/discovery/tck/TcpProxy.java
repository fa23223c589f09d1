package io.discovery.tck;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy in this JVM between clients and one server, whose listening port stays the same: the
 * place to hurt a connection. New, it passes everything on.
 *
 * <p><b>Threading.</b> Safe for use by any thread; every fault is in force when its method returns.
 * One daemon thread accepts, two serve each connection. <b>Errors.</b> A server that cannot be
 * reached shows as a closed connection. <b>Lifecycle.</b> {@link #close} ends all connections and
 * threads; idempotent.
 *
 * <pre>
 *   cut(), finish()      connections of the moment end, new ones work
 *   refuse() → accept()  connections end and new ones are refused → as new
 *   blackHole() → pass() connections stay and carry nothing → what was held back flows on
 * </pre>
 */
public final class TcpProxy implements AutoCloseable {
  private static final long STOP_MILLIS = 5_000;

  private final InetSocketAddress target;
  private final int port = Ports.free();
  private final Set<ProxyConnection> connections = ConcurrentHashMap.newKeySet();
  private final ProxyGate toServer = new ProxyGate();
  private final ProxyGate toClient = new ProxyGate();
  private final AtomicLong accepted = new AtomicLong();
  private ServerSocket listener; // guarded by this, as the next; null while refusing
  private Thread acceptor;

  /** Starts to listen on a free port of 127.0.0.1. */
  public TcpProxy(int targetPort) {
    this.target = Ports.loopback(targetPort);
    accept();
  }

  /** Returns {@code 127.0.0.1:port}, the same for the whole life of this proxy. */
  public String endpoint() {
    return "127.0.0.1:" + port;
  }

  /** Returns the port that clients connect to. */
  public int port() {
    return port;
  }

  /** Ends all connections by RST, as a crashed host or a firewall does. New ones are welcome. */
  public void cut() {
    connections.forEach(ProxyConnection::reset);
  }

  /** Ends all connections by FIN, as an orderly restart or a load balancer does. */
  public void finish() {
    connections.forEach(ProxyConnection::finish);
  }

  /** Ends all connections by RST and refuses new ones until {@link #accept}. */
  public synchronized void refuse() {
    if (listener != null) {
      closeQuietly(listener);
      listener = null;
      awaitEnd(acceptor);
    }
    cut();
  }

  /** A thread still inside accept() keeps the port open, whatever close() says. */
  private static void awaitEnd(Thread thread) {
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException(thread.getName() + " does not end");
    }
  }

  /** Accepts connections again. */
  public synchronized void accept() {
    if (listener != null) {
      return;
    }
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(Ports.loopback(port), 512);
      listener = socket;
      acceptor = startDaemon("accept", () -> serve(socket));
    } catch (IOException e) {
      throw new IllegalStateException("proxy cannot listen on " + endpoint(), e);
    }
  }

  /** Holds back all bytes, both ways, while connections stay open and new ones are accepted. */
  public void blackHole() {
    blackHole(true, true);
  }

  /** Holds back bytes towards the server, towards the client, or both. */
  public void blackHole(boolean requests, boolean answers) {
    toServer.hold(requests);
    toClient.hold(answers);
  }

  /** Lets bytes pass again, those held back first, without delay and without limit. */
  public void pass() {
    blackHole(false, false);
    delay(Duration.ZERO);
    throttle(0);
    toClient.limit(ProxyGate.UNLIMITED);
  }

  /** Delays what passes from now on, each way, by {@code time}. */
  public void delay(Duration time) {
    toServer.delay(time);
    toClient.delay(time);
  }

  /** Lets at most so many bytes a second pass, each way; 0 means any number. */
  public void throttle(int bytesPerSecond) {
    toServer.throttle(bytesPerSecond);
    toClient.throttle(bytesPerSecond);
  }

  /**
   * Lets so many more bytes pass towards clients, then ends the connection of the last one by RST,
   * and limits no further.
   */
  public void cutAfter(long bytesToClient) {
    toClient.limit(bytesToClient);
  }

  /** Returns how many connections clients have opened since the start. */
  public long accepted() {
    return accepted.get();
  }

  /** Returns how many connections are open. */
  public int open() {
    return connections.size();
  }

  /** Returns how many bytes have reached the server. */
  public long bytesToServer() {
    return toServer.passed();
  }

  /** Returns how many bytes have reached clients. */
  public long bytesToClient() {
    return toClient.passed();
  }

  /** Ends all connections and stops listening. */
  @Override
  public void close() {
    refuse();
    pass();
  }

  private void serve(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        accepted.incrementAndGet();
        ProxyConnection connection = new ProxyConnection(client, this::forget);
        connections.add(connection);
        startDaemon("connection", () -> carry(connection));
        if (socket.isClosed()) {
          connection.reset(); // accepted while refuse() was closing
        }
      } catch (IOException e) {
        // Closed by refuse(), which the loop's condition sees; anything else ended one connection.
      }
    }
  }

  private void forget(ProxyConnection connection) {
    connections.remove(connection);
    toServer.wake();
    toClient.wake();
  }

  private void carry(ProxyConnection connection) {
    if (connection.open(target)) {
      startDaemon("to-client", () -> connection.carryToClient(toClient));
      connection.carryToServer(toServer);
    }
  }

  private Thread startDaemon(String role, Runnable task) {
    Thread thread = new Thread(task, "proxy-" + port + "-" + role);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  static void closeQuietly(AutoCloseable... resources) {
    for (AutoCloseable resource : List.of(resources)) {
      try {
        resource.close();
      } catch (Exception alreadyClosed) {
        // There is nothing else to do about something that is to end.
      }
    }
  }
}
