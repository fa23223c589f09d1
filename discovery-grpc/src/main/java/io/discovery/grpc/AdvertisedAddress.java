package io.discovery.grpc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The address under which others reach a server: asked for, else the one it listens on, else, if it
 * listens on all, the one that this machine shows to the network. Never one that others cannot
 * dial, unless asked for, and never chosen by chance.
 */
record AdvertisedAddress(String host, int port) {
  private static final String REMEDY =
      " (expected: advertise(HOST) or advertise(HOST, PORT) with what clients dial)";

  /**
   * Finds the address of a server.
   *
   * @param listening where it listens
   * @throws IllegalArgumentException if the host asked for is a wildcard
   * @throws IllegalStateException if nothing was asked for and there is no certain answer; the
   *     message says what to do
   */
  static AdvertisedAddress of(
      List<? extends SocketAddress> listening,
      Optional<String> host,
      Optional<Integer> port,
      Network network) {
    List<InetSocketAddress> sockets =
        listening.stream()
            .filter(InetSocketAddress.class::isInstance)
            .map(InetSocketAddress.class::cast)
            .toList();
    if (host.isPresent()) {
      checkNotWildcard(host.get());
      return new AdvertisedAddress(host.get(), port.orElseGet(() -> first(sockets).getPort()));
    }
    first(sockets);
    for (InetSocketAddress socket : sockets) {
      if (Network.isDialable(socket.getAddress())) {
        return new AdvertisedAddress(text(socket.getAddress()), socket.getPort());
      }
    }
    for (InetSocketAddress socket : sockets) {
      if (socket.getAddress().isAnyLocalAddress()) {
        return new AdvertisedAddress(text(detect(network)), socket.getPort());
      }
    }
    throw new IllegalStateException(
        "the server listens on " + sockets + ", where no other machine reaches it" + REMEDY);
  }

  private static InetAddress detect(Network network) {
    Optional<InetAddress> outward = network.outward();
    if (outward.isPresent()) {
      return outward.get();
    }
    List<InetAddress> all = network.dialable();
    if (all.size() == 1) {
      return all.get(0);
    }
    throw new IllegalStateException(
        "this machine has no route to elsewhere that would tell its address, and of its own addresses "
            + (all.isEmpty() ? "none is reachable from others" : all + " any may be meant")
            + REMEDY);
  }

  private static InetSocketAddress first(List<InetSocketAddress> sockets) {
    return sockets.stream()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the server listens on no IP port" + REMEDY));
  }

  private static void checkNotWildcard(String host) {
    Optional<InetAddress> literal = HostNames.literal(host);
    // Dialers take "0" for 0.0.0.0.
    if (literal.filter(InetAddress::isAnyLocalAddress).isPresent() || host.matches("[0.]+")) {
      throw new IllegalArgumentException(
          "host: '" + host + "' is every address of every machine" + REMEDY);
    }
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0
        ? text
        : text.substring(0, scope); // a scope means something on this machine only
  }
}
