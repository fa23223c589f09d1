package io.discovery.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Speaks TLS with clients and plain text with the server behind it, on a free port of 127.0.0.1.
 *
 * <p><b>Threading.</b> One daemon thread accepts, two serve each connection. <b>Errors.</b> Who
 * does not trust this front, or is not trusted, sees its connection end. <b>Lifecycle.</b> {@link
 * #close} ends all connections; idempotent.
 */
public final class TlsFront implements AutoCloseable {
  private final SSLServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /**
   * Starts to listen.
   *
   * @param target the port of the server on 127.0.0.1
   * @param server who it says it is
   * @param clients the certificate demanded of clients; without one no certificate is asked for
   */
  public TlsFront(int target, TlsIdentity server, TlsIdentity... clients)
      throws GeneralSecurityException, IOException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(server.store(), TlsIdentity.PASSWORD);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init((clients.length == 0 ? server : clients[0]).trustStore());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    listener =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    parameters.setNeedClientAuth(clients.length > 0);
    listener.setSSLParameters(parameters);
    this.target = target;
    start(this::serve);
  }

  /** Returns the port that clients connect to. */
  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void serve() {
    while (!listener.isClosed()) {
      try {
        SSLSocket client = (SSLSocket) listener.accept();
        sockets.add(client);
        start(() -> join(client));
      } catch (IOException e) {
        // Closed, which the loop's condition sees.
      }
    }
  }

  private void join(SSLSocket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      sockets.add(server);
      client.startHandshake();
      start(() -> carry(server, client));
      copy(client, server);
    } catch (IOException e) {
      // A client that does not trust us, or is not trusted: its connection ends.
    }
  }

  private static void carry(Socket from, Socket to) {
    try (from;
        to) {
      copy(from, to);
    } catch (IOException e) {
      // The other direction has ended.
    }
  }

  private static void copy(Socket from, Socket to) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] buffer = new byte[16_384];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      out.flush();
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "tls-front");
    thread.setDaemon(true);
    thread.start();
  }
}
