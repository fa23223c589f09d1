package io.discovery.tck;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Consumer;

/**
 * One client's connection through a proxy and its twin to the server. Ends as a whole, by {@link
 * #reset}, {@link #finish} or when both sides are through; then it reports to its owner, once.
 */
final class ProxyConnection {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int DRAIN_MILLIS = 1_000;

  private final Socket client;
  private final Socket server = new Socket();
  private final Consumer<ProxyConnection> onEnd;
  private boolean finishing; // this and the rest guarded by this
  private boolean clientDone;
  private boolean serverDone;
  private boolean ended;

  ProxyConnection(Socket client, Consumer<ProxyConnection> onEnd) {
    this.client = client;
    this.onEnd = onEnd;
  }

  /** Connects to the server; a server that is not there ends the connection. */
  boolean open(InetSocketAddress target) {
    try {
      client.setTcpNoDelay(true);
      server.connect(target, CONNECT_MILLIS);
      server.setTcpNoDelay(true);
      return true;
    } catch (IOException e) {
      reset();
      return false;
    }
  }

  void carryToServer(ProxyGate gate) {
    carry(client, server, gate);
  }

  void carryToClient(ProxyGate gate) {
    carry(server, client, gate);
  }

  /** Ends both sides by RST. */
  void reset() {
    end(true);
  }

  /** Ends both sides by FIN: no further bytes, and a close once the peers have closed too. */
  void finish() {
    synchronized (this) {
      finishing = true;
    }
    for (Socket socket : new Socket[] {client, server}) {
      try {
        socket.setSoTimeout(DRAIN_MILLIS);
        socket.shutdownOutput();
      } catch (IOException notConnected) {
        reset();
      }
    }
  }

  private void carry(Socket from, Socket to, ProxyGate gate) {
    byte[] buffer = new byte[16 * 1024];
    try {
      while (true) {
        int count = from.getInputStream().read(buffer);
        // The end of a stream, too, stays hidden behind a closed gate.
        gate.await(this::isEnded);
        if (count < 0) {
          break;
        }
        if (!isFinishing()) {
          int allowed = gate.take(count);
          to.getOutputStream().write(buffer, 0, allowed);
          if (allowed < count) {
            reset();
          }
        }
      }
      if (!isFinishing()) {
        to.shutdownOutput();
      }
      done(from);
    } catch (IOException e) {
      gate.await(this::isEnded);
      end(!isFinishing());
    }
  }

  private void done(Socket from) {
    boolean both;
    synchronized (this) {
      clientDone |= from == client;
      serverDone |= from == server;
      both = clientDone && serverDone;
    }
    if (both) {
      end(false);
    }
  }

  private void end(boolean abruptly) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    for (Socket socket : new Socket[] {client, server}) {
      try {
        if (abruptly) {
          socket.setSoLinger(true, 0); // close() then sends RST
        }
      } catch (IOException alreadyClosed) {
        // Its peer has noticed by then.
      }
      TcpProxy.closeQuietly(socket);
    }
    onEnd.accept(this);
  }

  private synchronized boolean isFinishing() {
    return finishing;
  }

  /** Tells whether both sides are closed. */
  synchronized boolean isEnded() {
    return ended;
  }
}
