package io.discovery.grpc;

import io.discovery.ServiceInstance;
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

  /** RFC 6761 keeps .invalid free of hosts. */
  private static final String NOWHERE = "no-instances.invalid";

  /** Tells whether the addresses of the host decide about where the instance is. */
  boolean looksUpHost(ServiceInstance instance) {
    return function.isEmpty() && InstanceAddress.of(instance).isEmpty();
  }

  /**
   * What became of an instance.
   *
   * @param addresses none if the host has none, or if the instance cannot be dialled
   * @param failure why it cannot be
   */
  record Dialled(List<SocketAddress> addresses, Optional<Throwable> failure) {}

  /**
   * Returns the addresses of an instance whose host has these. Does not fail: whatever the user's
   * function throws costs this instance alone.
   */
  Dialled of(ServiceInstance instance, List<InetAddress> host) {
    if (looksUpHost(instance)) {
      return new Dialled(
          host.stream()
              .<SocketAddress>map(ip -> new InetSocketAddress(ip, instance.port()))
              .toList(),
          Optional.empty());
    }
    try {
      SocketAddress address = function.orElse(Addressing::refuse).apply(instance);
      return new Dialled(List.of(address), Optional.empty());
    } catch (Throwable e) {
      return new Dialled(List.of(), Optional.of(e));
    }
  }

  /** Returns an address that no instance has, dialling which fails at once. */
  Optional<SocketAddress> nowhere(String service) {
    if (function.isEmpty()) {
      return Optional.of(InetSocketAddress.createUnresolved(NOWHERE, 1));
    }
    ServiceInstance nobody = new ServiceInstance(service, NOWHERE, NOWHERE, 1, 0, Map.of());
    Dialled dialled = of(nobody, List.of());
    dialled
        .failure()
        .ifPresent(why -> new Complaints(Percent.encode(service)).add(nobody, why, false));
    return dialled.addresses().stream().findFirst();
  }

  static boolean isNowhere(ServiceInstance instance) {
    return instance.host().equals(NOWHERE);
  }

  /** What the registry says is not what a channel may be made to dial. */
  private static SocketAddress refuse(ServiceInstance instance) {
    throw InstanceAddress.unexpected(
        instance, "host and port alone; other addresses are for channels made for them");
  }
}
