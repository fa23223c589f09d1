package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.MemoryStore;
import io.grpc.NameResolver;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the user's function for addresses throws, and whom it costs. */
final class AddressFunctionTest {
  private final MemoryStore store = MemoryStore.named("function-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();
  private final Probe probe = new Probe();
  private final Log log = new Log();
  private final Map<String, Throwable> broken = new ConcurrentHashMap<>(); // by id

  @AfterEach
  void close() {
    log.close();
    stage.close();
    probe.close();
  }

  private NameResolver resolver() {
    NameResolver resolver =
        new DiscoveryNameResolverProvider(registry, SocketAddress.class, this::address)
            .newNameResolver(URI.create("discovery:///orders?service-config=false"), probe.args());
    stage.atEnd(() -> probe.inContext(resolver::shutdown));
    probe.start(resolver);
    return resolver;
  }

  private SocketAddress address(ServiceInstance instance) {
    if (broken.containsKey(instance.id())) {
      AddressFunctionTest.<RuntimeException>sneak(broken.get(instance.id()));
    }
    return InetSocketAddress.createUnresolved(instance.id(), instance.port());
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as Kotlin and Lombok throw
  private static <T extends Throwable> void sneak(Throwable any) throws T {
    throw (T) any;
  }

  private void register(String id) {
    stage.register(registry, ServiceInstance.of("orders", "127.0.0.1", 80).withId(id));
  }

  private static String at(String id) {
    return id + "/<unresolved>:80";
  }

  static Stream<Throwable> anything() {
    return Stream.of(
        new IllegalArgumentException("no"),
        new IllegalStateException(),
        new AssertionError("no"),
        new StackOverflowError(),
        new ExceptionInInitializerError("no"),
        new IOException("no"));
  }

  @ParameterizedTest
  @MethodSource("anything")
  void whateverItThrowsForOneInstanceCostsThatOne(Throwable failure) {
    broken.put("bad", failure);
    register("a");
    register("bad");
    register("c");
    resolver();
    probe.awaitAddresses(at("a"), at("c"));
    register("d");
    probe.awaitAddresses(at("a"), at("c"), at("d"));
    assertEquals(1, log.warnings().size(), log.warnings()::toString);
    assertTrue(
        log.warnings()
            .get(0)
            .startsWith("instance orders/bad is left out, this channel cannot dial it: "),
        log.warnings()::toString);
  }

  /** It may have told of the process, such as a lack of memory, rather than of the instance. */
  @Test
  void afterAnErrorTheInstanceIsTriedAgainWithTheNextNews() {
    broken.put("bad", new OutOfMemoryError("on purpose"));
    register("a");
    register("bad");
    resolver();
    probe.awaitAddresses(at("a"));
    broken.clear();
    register("c");
    probe.awaitAddresses(at("a"), at("bad"), at("c"));
  }

  @Test
  void ifItFailsForAllTheChannelIsToldWithTheCauseAndHeals() {
    Throwable failure = new AssertionError("on purpose");
    broken.putAll(Map.of("a", failure, "b", failure));
    register("a");
    register("b");
    NameResolver resolver = resolver();
    assertEquals(
        "cannot find orders in "
            + registry
            + ": this channel can dial none of its instances; see the log",
        probe.awaitFailure());
    Status told = probe.newest().getAddressesOrError().getStatus();
    assertEquals(Status.Code.UNAVAILABLE, told.getCode());
    assertSame(failure, told.getCause());
    broken.clear();
    probe.inContext(resolver::refresh); // as the policy does when calls fail
    probe.awaitAddresses(at("a"), at("b"));
  }

  @Test
  void theLogIsBoundedInLinesAndTheirLength() {
    register("good");
    for (int i = 0; i < Complaints.NAMED + 7; i++) {
      broken.put("bad" + i, new IllegalStateException("1\nWARNING" + "!".repeat(100_000)));
      register("bad" + i);
    }
    resolver();
    probe.awaitAddresses(at("good"));
    assertEquals(Complaints.NAMED + 1, log.warnings().size(), log.warnings()::toString);
    for (String line : log.warnings()) {
      assertTrue(line.length() < 1_000 && !line.contains("\n"), line);
    }
    assertEquals(
        "7 more instances of orders are left out in the same way; level DEBUG names them",
        log.warnings().get(Complaints.NAMED));
  }
}
