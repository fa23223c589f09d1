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

  /** Tells whether the addresses of the host decide about where the instance is. */
  boolean looksUpHost(ServiceInstance instance) {
    return function.isEmpty() && InstanceAddress.of(instance).isEmpty();
  }

  /**
   * Returns the addresses of an instance whose host has these; none if it has no address of the
   * kind that is dialled.
   *
   * @param complaint how loud to say that
   */
  List<SocketAddress> of(ServiceInstance instance, List<InetAddress> host, Level complaint) {
    if (looksUpHost(instance)) {
      return host.stream()
          .<SocketAddress>map(ip -> new InetSocketAddress(ip, instance.port()))
          .toList();
    }
    return apply(function.orElse(Addressing::refuse), instance, complaint).stream().toList();
  }

  /** Returns an address that no instance has, dialling which fails at once. */
  Optional<SocketAddress> nowhere(String service) {
    return function.isPresent()
        ? apply(
            function.get(),
            new ServiceInstance(service, NOWHERE, NOWHERE, 1, 0, Map.of()),
            Level.WARNING)
        : Optional.of(InetSocketAddress.createUnresolved(NOWHERE, 1));
  }

  static boolean isNowhere(ServiceInstance instance) {
    return instance.host().equals(NOWHERE);
  }

  /** What the registry says is not what a channel may be made to dial. */
  private static SocketAddress refuse(ServiceInstance instance) {
    throw InstanceAddress.unexpected(
        instance, "host and port alone; other addresses are for channels made for them");
  }

  private static Optional<SocketAddress> apply(
      Function<ServiceInstance, ? extends SocketAddress> function,
      ServiceInstance instance,
      Level complaint) {
    try {
      return Optional.of(function.apply(instance));
    } catch (RuntimeException e) {
      String message =
          "instance "
              + Percent.encode(instance.service())
              + "/"
              + Percent.encodeInvisible(instance.id())
              + " is left out, this channel cannot dial it: "
              + e.getMessage();
      if (e instanceof IllegalArgumentException) {
        LOG.log(complaint, message);
      } else {
        LOG.log(complaint, message, e); // no judgement but a mistake, to be found
      }
      return Optional.empty();
    }
  }
}
