package io.discovery.tck;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free loopback ports for servers that will be restarted on them. Ports are taken from below the
 * range that outgoing connections use: a client that retries a closed port inside that range may be
 * given this very port as its own, connect to itself, and keep the server from coming back.
 */
final class Ports {
  private static final int LOW = 15_000;
  private static final int HIGH = 32_000;
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** Returns a port that nobody listens on and that this JVM has not handed out before. */
  static int free() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOW, HIGH);
      if (isFree(port) && TAKEN.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port among " + LOW + ".." + HIGH + " on 127.0.0.1");
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(loopback(port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
