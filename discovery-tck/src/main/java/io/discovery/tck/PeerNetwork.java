package io.discovery.tck;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What lies between the members of a cluster, and can be torn. Each member dials the others through
 * a {@link SocksProxy} of its own. A proxy in front of each would not do: a pair of members shares
 * connections that either of them may have opened, and a listening port cannot tell who dials.
 *
 * <p><b>Threading.</b> Safe for use by any thread; a tear is in force when the method returns.
 * <b>Lifecycle.</b> Whole when new. {@link #close} ends all connections; idempotent.
 */
final class PeerNetwork implements AutoCloseable {
  private final List<Way> ways = new ArrayList<>();
  private final List<SocksProxy> proxies = new ArrayList<>();

  /**
   * Opens the proxies.
   *
   * @param ports the ports on which each member listens for the others
   */
  PeerNetwork(List<List<Integer>> ports) {
    for (int from = 0; from < ports.size(); from++) {
      Map<Integer, ProxyGate> routes = new HashMap<>();
      for (int to = 0; to < ports.size(); to++) {
        if (to != from) {
          Way way = new Way(from, to, new ProxyGate());
          ways.add(way);
          ports.get(to).forEach(port -> routes.put(port, way.gate()));
        }
      }
      proxies.add(new SocksProxy(routes));
    }
  }

  /** Returns the port of the SOCKS 5 proxy that this member is to dial the others through. */
  int proxyPort(int member) {
    return proxies.get(member).port();
  }

  /**
   * Lets nothing pass between this member and the others. Connections stay open and new ones get no
   * answer, as where packets are lost.
   */
  void isolate(int member) {
    for (Way way : ways) {
      if (way.from() == member || way.to() == member) {
        way.gate().hold(true);
      }
    }
  }

  /** Lets everything pass again, what was held back first. */
  void heal() {
    ways.forEach(way -> way.gate().hold(false));
  }

  @Override
  public void close() {
    proxies.forEach(SocksProxy::close);
  }

  /** The connections that one member opened to another, whichever way their bytes go. */
  private record Way(int from, int to, ProxyGate gate) {}
}
