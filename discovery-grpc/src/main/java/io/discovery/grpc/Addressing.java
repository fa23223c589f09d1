package io.discovery.grpc;

import io.discovery.ServiceInstance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How instances become socket addresses: host, looked up, and port; or whatever the user's function
 * makes of an instance.
 *
 * @param type what transports must be able to dial
 * @param function the user's
 */
record Addressing(
    Class<? extends SocketAddress> type,
    Optional<Function<ServiceInstance, ? extends SocketAddress>> function) {
  static final Addressing HOST_AND_PORT = new Addressing(InetSocketAddress.class, Optional.empty());

  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  /** RFC 6761 keeps .invalid free of hosts. */
  private static final String NOWHERE = "no-instances.invalid";

  boolean looksUpHosts() {
    return function.isEmpty();
  }

  /**
   * Returns the addresses of an instance whose host has these; none if the user's function fails.
   */
  List<SocketAddress> of(ServiceInstance instance, List<InetAddress> host) {
    return function.isPresent()
        ? apply(function.get(), instance).stream().toList()
        : host.stream()
            .<SocketAddress>map(ip -> new InetSocketAddress(ip, instance.port()))
            .toList();
  }

  /** Returns an address that no instance has, dialling which fails at once. */
  Optional<SocketAddress> nowhere(String service) {
    return function.isPresent()
        ? apply(function.get(), new ServiceInstance(service, NOWHERE, NOWHERE, 1, 0, Map.of()))
        : Optional.of(InetSocketAddress.createUnresolved(NOWHERE, 1));
  }

  private static Optional<SocketAddress> apply(
      Function<ServiceInstance, ? extends SocketAddress> function, ServiceInstance instance) {
    try {
      return Optional.of(function.apply(instance));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, () -> "no address for instance " + Percent.encode(instance.id()), e);
      return Optional.empty();
    }
  }
}
