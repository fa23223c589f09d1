package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.inprocess.InProcessSocketAddress;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses beside host and port: who dials them, and who does not. */
final class InstanceAddressTest {
  @TempDir Path directory;
  private final MemoryStore store = MemoryStore.named("address-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  private static ServiceInstance at(String address) {
    return ServiceInstance.of("orders", "127.0.0.1", 1).withMetadata(InstanceAddress.KEY, address);
  }

  private EventLoopGroup group(IoHandlerFactory handler) {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, handler);
    stage.atEnd(() -> group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly());
    return group;
  }

  private Greeter unixServer(String name, Path socket) {
    EventLoopGroup group = group(NioIoHandler.newFactory());
    return stage.greeter(
        new Greeter(
            name,
            NettyServerBuilder.forAddress(
                    UnixDomainSocketAddress.of(socket), InsecureServerCredentials.create())
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)));
  }

  @SuppressWarnings("deprecation") // the Netty builder has no other way to a provider of one's own
  private ManagedChannel unixChannel(String policy) {
    return stage.build(
        NettyChannelBuilder.forTarget("discovery:///orders", InsecureChannelCredentials.create())
            .nameResolverFactory(
                new DiscoveryNameResolverProvider(
                    registry,
                    UnixDomainSocketAddress.class,
                    instance -> InstanceAddress.unix(instance, directory)))
            .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
            .eventLoopGroup(group(NioIoHandler.newFactory()))
            .defaultLoadBalancingPolicy(policy));
  }

  @Test
  void aUnixSocketIsDialledByAChannelMadeForIt() {
    Path socket = directory.resolve("orders.sock");
    unixServer("unix", socket);
    stage.register(registry, at("unix:" + socket));
    assertEquals("unix", Greeter.call(unixChannel("pick_first")));
  }

  @Test
  void anEpollTransportDialsItToo() {
    assumeTrue(Epoll.isAvailable(), "epoll needs netty-transport-native-epoll on Linux");
    Path socket = directory.resolve("orders.sock");
    EventLoopGroup group = group(EpollIoHandler.newFactory());
    stage.greeter(
        new Greeter(
            "epoll",
            NettyServerBuilder.forAddress(
                    new DomainSocketAddress(socket.toString()), InsecureServerCredentials.create())
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)));
    stage.register(registry, at("unix://" + socket));
    NameResolverRegistry resolvers = new NameResolverRegistry();
    resolvers.register(
        new DiscoveryNameResolverProvider(
            registry,
            DomainSocketAddress.class,
            instance ->
                new DomainSocketAddress(
                    InstanceAddress.unix(instance, directory).getPath().toString())));
    // gRPC finds the transport by the type of the addresses.
    ManagedChannel channel =
        stage.build(
            Grpc.newChannelBuilder(
                "discovery:///orders", InsecureChannelCredentials.create(), resolvers));
    assertEquals("epoll", Greeter.call(channel));
  }

  @Test
  @SuppressWarnings("deprecation") // the in-process builder has no other way either
  void anInProcessServerIsDialledByAChannelMadeForIt() {
    String name = "address-" + UUID.randomUUID();
    stage.greeter(new Greeter("inside", InProcessServerBuilder.forName(name)));
    Registration registration = stage.register(registry, at("inprocess:" + name));
    ManagedChannel channel =
        stage.build(
            InProcessChannelBuilder.forTarget("discovery:///orders")
                .nameResolverFactory(
                    new DiscoveryNameResolverProvider(
                        registry,
                        InProcessSocketAddress.class,
                        instance ->
                            new InProcessSocketAddress(InstanceAddress.inProcess(instance))))
                .defaultLoadBalancingPolicy("round_robin"));
    assertEquals("inside", Greeter.call(channel));
    // There must be an address for "nobody", or round robin keeps the last one.
    registration.close();
    Await.until("no more calls", Stage.SOON, () -> !Greeter.answers(channel));
    Await.until(
        "the reason",
        Stage.SOON,
        () -> Greeter.unavailable(channel).getDescription().contains("no instances of orders"));
  }

  @Test
  void theLastOneOnAUnixSocketThatDeregistersGetsNoMoreCalls() {
    Path socket = directory.resolve("orders.sock");
    unixServer("unix", socket);
    Registration registration = stage.register(registry, at("unix:" + socket));
    ManagedChannel channel = unixChannel("round_robin");
    assertEquals("unix", Greeter.call(channel));
    registration.close();
    Await.until("no more calls", Stage.SOON, () -> !Greeter.answers(channel));
  }

  @Test
  void byDefaultNoRecordMakesAChannelDialASocket() {
    Path socket = directory.resolve("trap.sock");
    Greeter trap = unixServer("trap", socket);
    Greeter good = stage.greeter("good");
    try (Log log = new Log()) {
      Registration hostile =
          stage.register(
              registry,
              ServiceInstance.of("orders", "127.0.0.1", good.port())
                  .withId("hostile ö")
                  .withMetadata(InstanceAddress.KEY, "unix:" + socket));
      ManagedChannel channel = stage.channel(registry, "orders", "round_robin");
      Status status = Greeter.unavailable(channel);
      assertTrue(
          status
              .getDescription()
              .endsWith("this channel can dial none of its instances; see the log"),
          status::toString);
      stage.register(registry, "orders", good);
      Await.until("the good one", Stage.SOON, () -> Greeter.answers(channel));
      for (int weight = 2; weight < 6; weight++) {
        int next = weight;
        hostile.update(instance -> instance.withWeight(next)).join();
        assertEquals("good", Greeter.call(channel));
      }
      // A later channel joins what is known; so nothing is said again.
      Greeter.call(stage.channel(registry, "orders", "pick_first"));
      assertEquals(1, log.warnings().size(), log.warnings()::toString);
      assertEquals(
          "instance orders/hostile%20%C3%B6 is left out, this channel cannot dial it: grpc.address: 'unix:"
              + socket
              + "' (expected: host and port alone; other addresses are for channels made for them)",
          log.warnings().get(0));
    }
    assertEquals(0, trap.connections());
    assertEquals(2, good.connections(), "one of each channel");
  }

  @Test
  void oneThatCannotBeDialledKeepsNoOtherFromIt() {
    Path socket = directory.resolve("orders.sock");
    unixServer("unix", socket);
    stage.register(registry, ServiceInstance.of("orders", "127.0.0.1", 1).withId("tcp"));
    stage.register(registry, at("unix:/var/run/docker.sock").withId("hostile"));
    stage.register(registry, at("carrier-pigeon:7").withId("unknown"));
    stage.register(registry, at("unix:" + socket).withId("good"));
    try (Log log = new Log()) {
      ManagedChannel channel = unixChannel("round_robin");
      for (int i = 0; i < 20; i++) {
        assertEquals("unix", Greeter.call(channel));
      }
      assertEquals(3, log.warnings().size(), log.warnings()::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix:",
        "unix:orders.sock",
        "unix:/var/run/docker.sock",
        "unix:///var/run/docker.sock",
        "unix:/run/shop",
        "unix:/run/shop/../docker.sock",
        "unix:/run/shop/a/../../docker.sock",
        "unix:/run/shopping/orders.sock",
        "unix:\0/run/shop/a",
        "inprocess:/run/shop/a",
        "/run/shop/a",
        ""
      })
  void onlySocketsBelowTheDirectoryAreDialled(String address) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> InstanceAddress.unix(at(address), Path.of("/run/shop")));
    assertEquals(
        "grpc.address: '"
            + Percent.encodeInvisible(address)
            + "' (expected: unix:PATH below /run/shop)",
        e.getMessage());
  }

  @Test
  void bothFormsOfAUnixNameAreUnderstood() {
    Path shop = Path.of("/run/shop");
    for (String address : new String[] {"unix:/run/shop/a/b", "unix:///run/shop/./a/b"}) {
      assertEquals(
          Path.of("/run/shop/a/b"), InstanceAddress.unix(at(address), shop).getPath(), address);
    }
    ServiceInstance plain = ServiceInstance.of("orders", "127.0.0.1", 1);
    assertEquals(
        "grpc.address: absent (expected: inprocess:NAME)",
        assertThrows(IllegalArgumentException.class, () -> InstanceAddress.inProcess(plain))
            .getMessage());
  }
}
