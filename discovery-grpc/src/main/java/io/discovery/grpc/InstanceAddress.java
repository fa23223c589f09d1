package io.discovery.grpc;

import io.discovery.ServiceInstance;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The address of an instance that is not at its host and port: metadata {@value #KEY}.
 *
 * <pre>
 *  unix:/run/shop/orders.sock   a Unix domain socket, by its absolute path
 *  inprocess:orders-1           a server in the same JVM, by its name
 * </pre>
 *
 * <p>A server says so when it is registered; host and port are then required but used by nobody, so
 * the id needs a value of its own:
 *
 * <pre>{@code
 * RegisteredServer.builder(registry, unixServerBuilder)
 *     .advertise("localhost", 1)
 *     .service("orders", instance -> instance
 *         .withId("orders-1").withMetadata(InstanceAddress.KEY, "unix:/run/shop/orders-1.sock"))
 *     .register();
 * }</pre>
 *
 * <p>Such an instance is dialled there or not at all, and only by channels that were made for it,
 * because what a process connects to is not for a registry to decide. By default it is left out,
 * with a line in the log. Made for it is a channel with a {@linkplain
 * DiscoveryNameResolverProvider#DiscoveryNameResolverProvider(io.discovery.Registry, Class,
 * java.util.function.Function) provider of its own}:
 *
 * <pre>{@code
 * DiscoveryNameResolverProvider provider =
 *     new DiscoveryNameResolverProvider(
 *         registry,
 *         UnixDomainSocketAddress.class,
 *         instance -> InstanceAddress.unix(instance, Path.of("/run/shop")));
 * NettyChannelBuilder.forTarget("discovery:///orders", credentials)
 *     .nameResolverFactory(provider)
 *     .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
 *     .eventLoopGroup(new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory()))
 * }</pre>
 *
 * <p>One channel dials addresses of one type, a limit of gRPC's transports: instances without one
 * of that type are left out. Pure functions, for any thread.
 */
public final class InstanceAddress {
  /** The key of the metadata. */
  public static final String KEY = "grpc.address";

  private static final String UNIX = "unix:";
  private static final String IN_PROCESS = "inprocess:";

  private InstanceAddress() {}

  /**
   * Returns the Unix domain socket of an instance, as the JDK and Netty's NIO channels want it.
   * Those of epoll want {@code new DomainSocketAddress(unix(...).getPath().toString())}, and then
   * {@code Grpc.newChannelBuilder} finds them by itself for a {@link io.grpc.NameResolverRegistry}
   * with the provider.
   *
   * @param directory the only one below which sockets are dialled; whoever can write there is
   *     trusted, symbolic links are followed
   * @throws IllegalArgumentException if the instance is elsewhere, as its message says
   */
  public static UnixDomainSocketAddress unix(ServiceInstance instance, Path directory) {
    Path trusted = directory.toAbsolutePath().normalize();
    if (Addressing.isNowhere(instance)) {
      return UnixDomainSocketAddress.of(trusted.resolve(instance.host()));
    }
    String expected = UNIX + "PATH below " + trusted;
    String path = value(instance, UNIX, expected);
    return path(path)
        .filter(socket -> socket.startsWith(trusted) && !socket.equals(trusted))
        .map(UnixDomainSocketAddress::of)
        .orElseThrow(() -> unexpected(instance, expected));
  }

  private static Optional<Path> path(String text) {
    try {
      // Names of gRPC have both forms, unix:/path and unix:///path.
      return Optional.of(Path.of(text.startsWith("///") ? text.substring(2) : text).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the name of an instance in this JVM, to make an {@code InProcessSocketAddress} of.
   *
   * @throws IllegalArgumentException if the instance is elsewhere, as its message says
   */
  public static String inProcess(ServiceInstance instance) {
    return Addressing.isNowhere(instance)
        ? instance.host()
        : value(instance, IN_PROCESS, IN_PROCESS + "NAME");
  }

  /** Returns what the instance says, if it is not at its host and port. */
  static Optional<String> of(ServiceInstance instance) {
    return Optional.ofNullable(instance.metadata().get(KEY));
  }

  static IllegalArgumentException unexpected(ServiceInstance instance, String expected) {
    // Registry data: what a terminal or a log's reader might take for something else is encoded.
    return new IllegalArgumentException(
        KEY
            + ": "
            + of(instance).map(value -> "'" + Percent.encodeInvisible(value) + "'").orElse("absent")
            + " (expected: "
            + expected
            + ")");
  }

  private static String value(ServiceInstance instance, String scheme, String expected) {
    return of(instance)
        .filter(value -> value.length() > scheme.length() && value.startsWith(scheme))
        .map(value -> value.substring(scheme.length()))
        .orElseThrow(() -> unexpected(instance, expected));
  }
}
