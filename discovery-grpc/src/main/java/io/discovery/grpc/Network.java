package io.discovery.grpc;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;

/** What this machine knows of its own addresses. */
interface Network {
  Network THIS_MACHINE = new ThisMachine();

  /** Returns the address with which this machine speaks to others, if it has a route to any. */
  Optional<InetAddress> outward();

  /** Returns all addresses others may dial. */
  List<InetAddress> dialable();

  /** Tells whether an address means the same machine to others, as far as its form shows. */
  static boolean isDialable(InetAddress address) {
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isMulticastAddress();
  }

  /** Asks the operating system. */
  final class ThisMachine implements Network {
    /**
     * Reserved for documentation (RFC 5737, RFC 3849): routed like any foreign address, and nothing
     * is sent there.
     */
    private static final List<String> ELSEWHERE = List.of("198.51.100.1", "2001:db8::1");

    @Override
    public Optional<InetAddress> outward() {
      return ELSEWHERE.stream()
          .map(ThisMachine::toward)
          .flatMap(Optional::stream)
          .filter(Network::isDialable)
          .findFirst();
    }

    @Override
    public List<InetAddress> dialable() {
      try {
        return NetworkInterface.networkInterfaces()
            .filter(ThisMachine::isUp)
            .flatMap(NetworkInterface::inetAddresses)
            .filter(Network::isDialable)
            .toList();
      } catch (SocketException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Connecting a datagram socket only asks the routing table which address to use. */
    private static Optional<InetAddress> toward(String elsewhere) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(elsewhere, 9));
        return Optional.of(socket.getLocalAddress());
      } catch (SocketException | UncheckedIOException noRoute) {
        return Optional.empty();
      }
    }

    private static boolean isUp(NetworkInterface candidate) {
      try {
        return candidate.isUp();
      } catch (SocketException vanished) {
        return false;
      }
    }
  }
}
