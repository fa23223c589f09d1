package io.discovery.grpc;

import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes gRPC find servers by service name: {@code discovery:///orders} dials the living instances
 * of {@code orders}. On the class path it is found by itself.
 *
 * <pre>
 *  discovery:///orders                         the registry that system properties and environment describe
 *  discovery://etcd/orders                     in the backend named etcd
 *  discovery:///orders?namespace=shop&amp;ttl=5s   with settings of {@link io.discovery.RegistryConfig}, percent-encoded
 *  discovery:///orders%2Feu                    a name with special characters
 *  discovery:///orders?lb=discovery&amp;zone=a     with a load balancing policy, and settings of {@link BalancerConfig}
 * </pre>
 *
 * <p>Channels to one service share two watches of the store, one of its instances and one of its
 * settings. Channels whose targets ask for the same registry share one. It is opened with the first
 * call and closed a minute or two after the last of these channels is gone or idle. A registry of
 * your own is used, and never closed, if you hand it to a channel:
 *
 * <pre>{@code
 * Grpc.newChannelBuilder("discovery:///orders", credentials)
 *     .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry)
 * }</pre>
 *
 * <p>A registry that fails costs no call: channels keep the addresses known last. Calls fail with
 * {@code UNAVAILABLE}, and the reason, only if nothing was ever known or the registry knows for
 * certain that there is no instance. The name under which TLS verifies servers is the service's,
 * percent-encoded, unless the channel overrides its authority. Host and port of an instance are all
 * that is dialled, whatever else its record says, see {@link InstanceAddress}.
 *
 * <p>Safe for any thread. Host names are looked up when they first appear, again after 10 s while
 * that fails, and, when connections break, if the answer is older than 30 s.
 */
public final class DiscoveryNameResolverProvider extends NameResolverProvider {
  /** The registry a channel uses, set with {@code ManagedChannelBuilder.setNameResolverArg}. */
  public static final NameResolver.Args.Key<Registry> REGISTRY =
      NameResolver.Args.Key.create("io.discovery.Registry");

  /**
   * Settings of the load balancing policy {@code discovery} for a channel, set with {@code
   * ManagedChannelBuilder.setNameResolverArg}. They do not choose the policy, see {@link
   * BalancerConfig}.
   */
  public static final NameResolver.Args.Key<BalancerConfig> BALANCER =
      NameResolver.Args.Key.create("io.discovery.grpc.BalancerConfig");

  /** The instance behind an address group, for load balancing policies. */
  @EquivalentAddressGroup.Attr
  public static final Attributes.Key<ServiceInstance> INSTANCE =
      Attributes.Key.create("io.discovery.ServiceInstance");

  private final Sharing sharing;
  private final Optional<Registry> registry;
  private final Addressing addressing;

  /** Creates a provider whose channels open the registries that their targets describe. */
  public DiscoveryNameResolverProvider() {
    this(Sharing.OF_PROCESS, Optional.empty(), Addressing.HOST_AND_PORT);
  }

  /**
   * Creates a provider whose channels use this registry, for a {@link io.grpc.NameResolverRegistry}
   * of one's own.
   */
  public DiscoveryNameResolverProvider(Registry registry) {
    this(Sharing.OF_PROCESS, Optional.of(registry), Addressing.HOST_AND_PORT);
  }

  /**
   * Creates a provider for transports that do not dial host and port, such as the in-process one.
   *
   * @param addressType what the transport dials
   * @param address makes the address of an instance, see {@link InstanceAddress}; pure and quick,
   *     and the one to judge whether what a record says may be dialled. An instance for which it
   *     throws is left out, with a line in the log, until its record changes; after an {@link
   *     Error}, which may pass, until there is any news of the service. It is also asked for the
   *     address of a host {@code no-instances.invalid}, where nobody must be
   */
  public <A extends SocketAddress> DiscoveryNameResolverProvider(
      Registry registry, Class<A> addressType, Function<ServiceInstance, A> address) {
    this(
        Sharing.OF_PROCESS,
        Optional.of(registry),
        new Addressing(addressType, Optional.of(address)));
  }

  DiscoveryNameResolverProvider(
      Sharing sharing, Optional<Registry> registry, Addressing addressing) {
    this.sharing = Objects.requireNonNull(sharing, "sharing");
    this.registry = registry;
    this.addressing = addressing;
  }

  @Override
  public String getDefaultScheme() {
    return DiscoveryTarget.SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  /**
   * Below dns: among providers of one priority chance would decide about the default scheme of the
   * whole process.
   */
  @Override
  protected int priority() {
    return 4;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(addressing.type());
  }

  /**
   * Creates the resolver of a channel; does nothing else yet.
   *
   * @return null for a target of another scheme
   * @throws IllegalArgumentException if the target has a bad form; the message says what was
   *     expected. This reaches the caller of {@code ManagedChannelBuilder.build}, never a running
   *     channel
   */
  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    if (!DiscoveryTarget.SCHEME.equalsIgnoreCase(target.getScheme())) {
      return null;
    }
    DiscoveryTarget parsed = DiscoveryTarget.parse(target);
    Optional<Registry> given = Optional.ofNullable(args.getArg(REGISTRY)).or(() -> registry);
    if (given.isPresent() && !parsed.registry().isOpen()) {
      throw new IllegalArgumentException(
          "target '"
              + DiscoveryTarget.SCHEME
              + ":///"
              + Percent.encode(parsed.service())
              + "': sets a backend or settings, but the channel was handed a registry (expected: one of the two)");
    }
    return new DiscoveryNameResolver(
        sharing,
        new Sharing.Key(parsed.service(), parsed.registry(), given, addressing),
        Balancing.of(parsed.balancer(), args),
        parsed.balancer().published()
            ? Optional.of(
                new PublishedConfig(
                    Percent.encode(parsed.service()),
                    args.getServiceConfigParser(),
                    parsed.balancer().serviceConfig()))
            : Optional.empty(),
        ChannelMetrics.of(args, target.toString()),
        args);
  }
}
