package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a channel is told, when and where. */
final class DiscoveryNameResolverTest {
  private final MemoryStore store = MemoryStore.named("resolver-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config().withNamespace("n"));
  private final Registry registry = stage.registry();
  private final Probe probe = new Probe();

  @AfterEach
  void close() {
    store.start();
    stage.close();
    probe.close();
  }

  private NameResolver resolver(HostNames.Lookup lookup) {
    return resolver("discovery:///orders", lookup);
  }

  private NameResolver resolver(String target, HostNames.Lookup lookup) {
    Sharing sharing = new Sharing(Duration.ofMillis(1), lookup);
    NameResolver resolver =
        new DiscoveryNameResolverProvider(sharing, Optional.of(registry), Addressing.HOST_AND_PORT)
            .newNameResolver(URI.create(target), probe.args());
    stage.atEnd(() -> probe.inContext(resolver::shutdown));
    return resolver;
  }

  private NameResolver resolver() {
    return resolver(InetAddress::getAllByName);
  }

  private void put(String id, String address) {
    String record = "{\"Op\":0,\"Addr\":\"" + address + "\",\"Metadata\":null}";
    store.put("n", "orders", id, record.getBytes(UTF_8));
  }

  @Test
  void tellsInTheContextOnTheChannelsThreadsAndWithoutServiceConfig() {
    ServiceInstance instance =
        ServiceInstance.of("orders", "10.0.0.1", 80).withWeight(7).withMetadata("zone", "a");
    stage.register(registry, instance);
    probe.start(resolver());
    probe.awaitAddresses("/10.0.0.1:80");
    assertTrue(
        Set.of("channel-executor", "channel-timer").containsAll(probe.threads),
        () -> "told on " + probe.threads);
    assertNull(probe.newest().getServiceConfig());
    assertEquals(Attributes.EMPTY, probe.newest().getAttributes());
    // And nothing else: an authority, above all, is not the registry's to give.
    assertEquals(
        Attributes.newBuilder().set(DiscoveryNameResolverProvider.INSTANCE, instance).build(),
        probe.groups().get(0).getAttributes());
  }

  @Test
  void balancerSettingsOfTheTargetAreToldBesideTheAddresses() {
    put("a", "10.0.0.1:80");
    probe.start(resolver("discovery:///orders?zone=a", InetAddress::getAllByName));
    probe.awaitAddresses("/10.0.0.1:80");
    assertNull(probe.newest().getServiceConfig());
    assertEquals(
        BalancerConfig.defaults().withZone("a"),
        probe.newest().getAttributes().get(DiscoveryLoadBalancerProvider.CONFIG));
  }

  @Test
  void weightsAndMetadataAreNewsToo() {
    ServiceInstance instance = ServiceInstance.of("orders", "10.0.0.1", 80);
    Registration registration = stage.register(registry, instance);
    probe.start(resolver());
    probe.awaitAddresses("/10.0.0.1:80");
    registration.update(now -> now.withWeight(0).withMetadata("zone", "b")).join();
    Await.until(
        "the change",
        Stage.SOON,
        () ->
            instance
                .withWeight(0)
                .withMetadata("zone", "b")
                .equals(
                    probe
                        .groups()
                        .get(0)
                        .getAttributes()
                        .get(DiscoveryNameResolverProvider.INSTANCE)));
  }

  @Test
  void aBurstOfChangesIsToldInFewPushesOfWhichTheLastIsComplete() {
    probe.start(resolver());
    probe.awaitFailure();
    long start = System.nanoTime();
    int before = probe.results.size();
    for (int i = 0; i < 20_000; i++) {
      put("i" + i % 1_000, "10." + i / 1_000 + "." + i % 1_000 / 250 + "." + i % 250 + ":80");
    }
    Await.until(
        "all instances with their last address",
        Duration.ofMinutes(1),
        () ->
            probe.addresses().size() == 1_000
                && probe.addresses().stream().allMatch(address -> address.startsWith("/10.19.")));
    long windows = (System.nanoTime() - start) / Conflation.WINDOW.toNanos();
    assertTrue(Conflation.WINDOW.toMillis() >= 20, "more than 50 pushes a second");
    int pushes = probe.results.size() - before;
    assertTrue(pushes <= windows + 2, pushes + " pushes in " + windows + " windows");
  }

  @Test
  void anUnchangedInstanceKeepsItsGroup() {
    put("a", "10.0.0.1:80");
    put("b", "10.0.0.2:80");
    probe.start(resolver());
    probe.awaitAddresses("/10.0.0.1:80", "/10.0.0.2:80");
    EquivalentAddressGroup a = group("/10.0.0.1:80");
    put("b", "10.0.0.3:80");
    probe.awaitAddresses("/10.0.0.1:80", "/10.0.0.3:80");
    assertSame(a, group("/10.0.0.1:80"));
  }

  private EquivalentAddressGroup group(String address) {
    return probe.groups().stream()
        .filter(group -> group.getAddresses().get(0).toString().equals(address))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void onceThereWereAddressesNoFaultIsTold() {
    put("a", "10.0.0.1:80");
    NameResolver resolver = resolver();
    probe.start(resolver);
    probe.awaitAddresses("/10.0.0.1:80");
    int before = probe.results.size();
    store.stop();
    long failures = registry.stats().subscriptions() + 2;
    Await.until(
        "two vain attempts", Stage.SOON, () -> registry.stats().subscriptions() >= failures);
    probe.inContext(resolver::refresh);
    store.start();
    put("b", "10.0.0.2:80");
    probe.awaitAddresses("/10.0.0.1:80", "/10.0.0.2:80");
    assertEquals(before + 1, probe.results.size(), () -> "results: " + probe.results);
  }

  @Test
  void aResolverNeverStartedCanBeShutDownAndHasOpenedNothing() {
    long before = registry.stats().subscriptions();
    NameResolver resolver = resolver();
    probe.inContext(resolver::shutdown);
    probe.inContext(resolver::shutdown);
    assertEquals(before, registry.stats().subscriptions());
    assertEquals(OptionalLong.of(0), store.census().watches());
  }

  @Test
  void aResolverShutDownWhileItJoinsGivesBackWhatItJoined() {
    for (int i = 0; i < 50; i++) {
      NameResolver resolver = resolver();
      probe.start(resolver);
      probe.inContext(resolver::shutdown);
    }
    Await.until("no watch is left", Stage.SOON, () -> store.census().watches().getAsLong() == 0);
  }

  @Test
  void hostsThatAreSlowOrUnknownHideNobody() {
    CountDownLatch slow = new CountDownLatch(1);
    put("a", "10.0.0.1:80");
    put("b", "slow.test:80");
    put("c", "unknown.test:80");
    put("d", "fast.test:80");
    probe.start(
        resolver(
            host -> {
              if (host.equals("slow.test")) {
                await(slow);
                return new InetAddress[] {address(host, 2)};
              }
              if (host.equals("unknown.test")) {
                throw new UnknownHostException(host);
              }
              return new InetAddress[] {address(host, 4), address(host, 5)};
            }));
    probe.awaitAddresses("/10.0.0.1:80", "fast.test/10.0.0.4:80", "fast.test/10.0.0.5:80");
    assertEquals(2, probe.groups().size(), "one group for each instance");
    slow.countDown();
    probe.awaitAddresses(
        "/10.0.0.1:80", "fast.test/10.0.0.4:80", "fast.test/10.0.0.5:80", "slow.test/10.0.0.2:80");
  }

  @Test
  void ifNoHostIsKnownTheFailureSaysSo() {
    put("a", "unknown-1.test:80");
    put("b", "unknown-2.test:80");
    probe.start(
        resolver(
            host -> {
              throw new UnknownHostException(host);
            }));
    assertEquals(
        "cannot find orders in "
            + registry
            + ": none of the hosts of its instances has an address: unknown-1.test, unknown-2.test",
        probe.awaitFailure());
  }

  @Test
  void whileTheSuccessorsHostsAreUnknownTheLastKnownInstancesStay() {
    put("a", "10.0.0.1:80");
    CountDownLatch asked = new CountDownLatch(1);
    probe.start(
        resolver(
            host -> {
              asked.countDown();
              throw new UnknownHostException(host);
            }));
    probe.awaitAddresses("/10.0.0.1:80");
    put("a", "unknown.test:80");
    await(asked);
    probe.assertToldNothing(Duration.ofMillis(300));
    put("b", "10.0.0.2:80");
    probe.awaitAddresses("/10.0.0.2:80");
    assertEquals(2, probe.results.size(), () -> "results: " + probe.results);
  }

  @Test
  void anExecutorShutDownTooEarlyIsNoReasonToPanic() {
    put("a", "10.0.0.1:80");
    probe.executor.shutdown();
    probe.start(resolver());
    probe.awaitAddresses("/10.0.0.1:80");
  }

  private static InetAddress address(String host, int last) throws UnknownHostException {
    return InetAddress.getByAddress(host, new byte[] {10, 0, 0, (byte) last});
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
