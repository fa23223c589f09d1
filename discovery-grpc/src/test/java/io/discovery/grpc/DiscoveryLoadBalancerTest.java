package io.discovery.grpc;

import static io.discovery.grpc.FakeChannel.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.ServiceInstance;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The policy by itself, with connections and time of the test's making. */
final class DiscoveryLoadBalancerTest {
  private static final BalancerConfig DEFAULTS = BalancerConfig.defaults();

  private final FakeChannel channel = new FakeChannel();

  private static List<ServiceInstance> instances(int count) {
    return IntStream.range(0, count).mapToObj(i -> instance("i" + i, 1)).toList();
  }

  private Set<String> connected() {
    return channel.connections.stream()
        .map(FakeChannel.Connection::host)
        .collect(Collectors.toSet());
  }

  @Test
  void callsWaitUntilTheFirstInstanceIsConnected() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1), instance("b", 1)));
    assertEquals(ConnectivityState.CONNECTING, channel.state);
    assertFalse(channel.pick(CallOptions.DEFAULT).hasResult());
    channel.connection("b").become(ConnectivityState.READY);
    assertEquals(ConnectivityState.READY, channel.state);
    assertEquals(Map.of("b", 10), channel.pick(10));
  }

  @Test
  void equalInstancesTakeTurns() {
    channel.resolve(DEFAULTS, List.of(instance("a", 5), instance("b", 5), instance("c", 5)));
    channel.connectAll();
    assertEquals(Map.of("a", 1, "b", 1, "c", 1), channel.pick(3));
  }

  @Test
  void aNewWeightNeedsNoNewConnectionAndDoesNotTouchTheOld() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    channel.resolve(DEFAULTS, List.of(instance("a", 9), instance("b", 1)));
    assertEquals(2, channel.opened);
    Map<String, Integer> counts = channel.pick(1_000);
    assertEquals(900, counts.get("a"), 5, counts::toString);
  }

  @Test
  void anInstanceThatMovesIsConnectedAnew() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1)));
    channel.connectAll();
    channel.resolve(DEFAULTS, List.of(instance("a", 1).withAddress("elsewhere", 80)));
    assertEquals(Set.of("elsewhere"), connected());
    channel.connectAll();
    assertEquals(Map.of("elsewhere", 1), channel.pick(1));
  }

  /** gRPC's connections look at new addresses only when they have none to wait for. */
  @Test
  void anInstanceThatMovesWhileItCannotBeReachedIsConnectedAtOnce() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1)));
    channel.connection("a").become(ConnectivityState.TRANSIENT_FAILURE);
    channel.resolve(DEFAULTS, List.of(instance("a", 1).withAddress("elsewhere", 80)));
    assertEquals(Set.of("elsewhere"), connected());
    assertEquals(ConnectivityState.CONNECTING, channel.connection("elsewhere").state);
    assertFalse(channel.pick(CallOptions.DEFAULT).hasResult(), "the new address is untried");
    channel.connectAll();
    assertEquals(Map.of("elsewhere", 1), channel.pick(1));
  }

  @Test
  void oneAddressMoreIsTriedAtOnceIfTheOthersCannotBeReachedAndElseChangesNothing() {
    channel.resolveGroups(DEFAULTS, List.of(atHosts("a1")));
    channel.connectAll();
    channel.resolveGroups(DEFAULTS, List.of(atHosts("a1", "a2")));
    assertEquals(1, channel.opened);
    channel.connection("a1").become(ConnectivityState.TRANSIENT_FAILURE);
    channel.resolveGroups(DEFAULTS, List.of(atHosts("a2", "a1")));
    assertEquals(1, channel.opened, "another order is no news");
    channel.resolveGroups(DEFAULTS, List.of(atHosts("a3", "a1", "a2")));
    assertEquals(ConnectivityState.CONNECTING, channel.connection("a3").state);
  }

  /** Returns one instance with an address a host. */
  private static EquivalentAddressGroup atHosts(String... hosts) {
    return new EquivalentAddressGroup(
        Stream.of(hosts)
            .<SocketAddress>map(host -> InetSocketAddress.createUnresolved(host, 80))
            .toList(),
        FakeChannel.group(instance("a", 1)).getAttributes());
  }

  @Test
  void aConnectionThatEndsIsOpenedAgain() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1)));
    channel.connectAll();
    channel.connection("a").become(ConnectivityState.IDLE);
    assertEquals(ConnectivityState.CONNECTING, channel.connection("a").state);
    assertEquals(ConnectivityState.CONNECTING, channel.state);
    channel.connectAll();
    assertEquals(Map.of("a", 1), channel.pick(1));
  }

  @Test
  void ifNoneCanBeConnectedCallsFailWithTheReasonAlsoDuringFurtherAttempts() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1), instance("b", 1)));
    channel.connection("a").become(ConnectivityState.TRANSIENT_FAILURE);
    assertFalse(channel.pick(CallOptions.DEFAULT).hasResult(), "b may still be connected");
    channel.connection("b").become(ConnectivityState.TRANSIENT_FAILURE);
    assertEquals(ConnectivityState.TRANSIENT_FAILURE, channel.state);
    assertEquals("no way to a", channel.failure(CallOptions.DEFAULT).getDescription());
    channel.connection("a").become(ConnectivityState.IDLE);
    channel.connection("a").become(ConnectivityState.CONNECTING);
    assertEquals("no way to a", channel.failure(CallOptions.DEFAULT).getDescription());
    channel.connection("a").become(ConnectivityState.READY);
    assertEquals(Map.of("a", 3), channel.pick(3));
  }

  @Test
  void aDrainingInstanceKeepsItsConnectionAndGetsNoCalls() {
    channel.resolve(DEFAULTS, List.of(instance("a", 0), instance("b", 1)));
    channel.connectAll();
    assertEquals(Set.of("a", "b"), connected());
    assertEquals(Map.of("b", 100), channel.pick(100));
    channel.connection("b").become(ConnectivityState.IDLE);
    assertFalse(channel.pick(CallOptions.DEFAULT).hasResult(), "better wait for b than call a");
    channel.resolve(DEFAULTS, List.of(instance("a", 0), instance("b", 0)));
    assertEquals(
        "all 2 instances of orders drain (weight 0)",
        channel.failure(CallOptions.DEFAULT).getDescription());
  }

  @Test
  void anErrorOfTheResolverDisturbsNoConnectionAndExplainsFailures() {
    channel.in(
        () -> channel.policy.handleNameResolutionError(Status.UNAVAILABLE.withDescription("x1")));
    assertEquals("x1", channel.failure(CallOptions.DEFAULT).getDescription());
    channel.resolve(DEFAULTS, List.of(instance("a", 1)));
    channel.connectAll();
    channel.in(
        () -> channel.policy.handleNameResolutionError(Status.UNAVAILABLE.withDescription("x2")));
    assertEquals(Map.of("a", 1), channel.pick(1));
    channel.connection("a").become(ConnectivityState.TRANSIENT_FAILURE);
    assertEquals("x2", channel.failure(CallOptions.DEFAULT).getDescription());
  }

  @Test
  void anEmptyListEndsTrafficAndALaterOneRevivesIt() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1)));
    channel.connectAll();
    channel.resolve(DEFAULTS, List.of());
    assertEquals(Set.of(), connected());
    assertEquals(ConnectivityState.TRANSIENT_FAILURE, channel.state);
    assertEquals(
        "no instances of authority", channel.failure(CallOptions.DEFAULT).getDescription());
    channel.resolve(DEFAULTS, List.of(instance("a", 1)));
    channel.connectAll();
    assertEquals(Map.of("a", 1), channel.pick(1));
  }

  @Test
  void afterShutdownNothingHappens() {
    BalancerConfig slow = DEFAULTS.withSlowStart(Duration.ofSeconds(30));
    channel.resolve(slow, List.of(instance("a", 1)));
    channel.connectAll();
    channel.resolve(slow, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    assertEquals(1, channel.timer.pending());
    FakeChannel.Connection a = channel.connection("a");
    int before = channel.updates;
    channel.in(channel.policy::shutdown);
    assertEquals(Set.of(), connected());
    assertEquals(0, channel.timer.pending());
    a.become(ConnectivityState.IDLE);
    channel.timer.pass(Duration.ofMinutes(1));
    assertEquals(before, channel.updates);
    assertEquals(ConnectivityState.IDLE, a.state, "connected again");
  }

  @Test
  void aNewInstanceStartsSlowlyAndTheFirstOnesDoNot() {
    BalancerConfig slow = DEFAULTS.withSlowStart(Duration.ofSeconds(30));
    channel.resolve(slow, List.of(instance("a", 1)));
    channel.connectAll();
    channel.resolve(slow, List.of(instance("a", 1), instance("b", 1)));
    channel.timer.pass(Duration.ofSeconds(60)); // the time before it is connected does not count
    channel.connectAll();
    assertShareOfB(0.1 / 1.1);
    channel.timer.pass(Duration.ofSeconds(15));
    assertShareOfB(0.5 / 1.5);
    channel.timer.pass(Duration.ofSeconds(15));
    assertEquals(Map.of("a", 50, "b", 50), channel.pick(100));
    assertEquals(0, channel.timer.pending(), "timers after the end");
    channel.connection("b").become(ConnectivityState.IDLE);
    channel.connectAll();
    assertEquals(Map.of("a", 50, "b", 50), channel.pick(100));
  }

  @Test
  void instancesThatComeBeforeAnyIsConnectedAreAllNewAndStartInFull() {
    BalancerConfig slow = DEFAULTS.withSlowStart(Duration.ofSeconds(30));
    channel.resolve(slow, List.of(instance("a", 1)));
    channel.resolve(slow, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    assertEquals(Map.of("a", 50, "b", 50), channel.pick(100));
  }

  @Test
  void anInstanceThatMovesStartsSlowlyAgain() {
    BalancerConfig slow = DEFAULTS.withSlowStart(Duration.ofSeconds(30));
    channel.resolve(slow, List.of(instance("a", 1)));
    channel.connectAll();
    channel.resolve(slow, List.of(instance("a", 1), instance("old", 1).withId("b")));
    channel.connectAll();
    channel.timer.pass(Duration.ofSeconds(60));
    assertEquals(Map.of("a", 50, "old", 50), channel.pick(100));
    channel.resolve(slow, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    assertShareOfB(0.1 / 1.1);
  }

  private void assertShareOfB(double expected) {
    Map<String, Integer> counts = channel.pick(1_000);
    assertEquals(expected, counts.getOrDefault("b", 0) / 1_000.0, 0.02, counts::toString);
  }

  @Test
  void aSubsetConnectsSoManyAndAReplacementMovesAtMostOneConnection() {
    BalancerConfig twenty = DEFAULTS.withSubset(20);
    List<ServiceInstance> instances = new ArrayList<>(instances(1_000));
    channel.resolve(twenty, instances);
    channel.connectAll();
    assertEquals(20, channel.opened);
    Set<String> before = connected();
    assertEquals(20, before.size());
    int moved = 0;
    for (int i = 0; i < 1_000; i++) {
      int opened = channel.opened;
      instances.set(i, instance("new" + i, 1));
      channel.resolve(twenty, instances);
      assertEquals(20, channel.connections.size());
      assertTrue(channel.opened - opened <= 1, "more than one connection moved");
      moved += channel.opened - opened;
    }
    assertTrue(moved >= 20, moved + " connections moved while all instances were replaced");
  }

  @Test
  void aSmallZoneSpillsOverAlsoIfItFillsHalfOfTheSubset() {
    List<ServiceInstance> instances =
        instances(1_000).stream()
            .map(one -> one.withMetadata("zone", one.id().length() == 2 ? "a" : "b"))
            .toList();
    channel.resolve(DEFAULTS.withZone("a").withSubset(20), instances);
    channel.connectAll();
    Map<String, Integer> counts = channel.pick(10_000);
    assertEquals(20, counts.size(), counts::toString);
    int own = IntStream.range(0, 10).map(i -> counts.get("i" + i)).sum();
    assertEquals(286, own, 10, counts::toString); // of 500 that were fair, 70 % for all calls
  }

  @Test
  void aRoutingThatNoneOfTheSubsetFitsFailsTheCallAndTellsOfTheOthers() {
    BalancerConfig two = DEFAULTS.withSubset(2);
    channel.resolve(two, instances(10));
    Set<String> connected = connected();
    channel.resolve(
        two,
        instances(10).stream()
            .map(one -> connected.contains(one.id()) ? one : one.withMetadata("tenant", "blue"))
            .toList());
    channel.connectAll();
    assertEquals(
        "none of the 2 connected of 10 instances of orders has [tenant=blue] (they have tenant: '';"
            + " fitting among the 8 that subset leaves out: 8)",
        failure(Routing.require("tenant", "blue")));
    assertEquals(
        "none of the 2 connected of 10 instances of orders has [tenant=red] (they have tenant: '';"
            + " fitting among the 8 that subset leaves out: 0)",
        failure(Routing.require("tenant", "red")));
  }

  private String failure(Routing routing) {
    return channel.failure(CallOptions.DEFAULT.withOption(Routing.KEY, routing)).getDescription();
  }

  @Test
  void aSubsetIsTheSameAfterIdling() {
    channel.resolve(DEFAULTS.withSubset(20), instances(1_000));
    FakeChannel afterIdling = new FakeChannel();
    List<ServiceInstance> reversed = new ArrayList<>(instances(1_000));
    Collections.reverse(reversed);
    afterIdling.resolve(DEFAULTS.withSubset(20), reversed);
    assertEquals(
        connected(),
        afterIdling.connections.stream()
            .map(FakeChannel.Connection::host)
            .collect(Collectors.toSet()));
  }

  @Test
  void groupsOfOtherResolversCountAlike() {
    EquivalentAddressGroup a =
        new EquivalentAddressGroup(InetSocketAddress.createUnresolved("a", 1));
    EquivalentAddressGroup b =
        new EquivalentAddressGroup(InetSocketAddress.createUnresolved("b", 1));
    channel.resolveGroups(DEFAULTS.withZone("z").withSubset(5), List.of(a, b, a));
    channel.connectAll();
    assertEquals(2, channel.opened);
    assertEquals(Map.of("a", 5, "b", 5), channel.pick(10));
    CallOptions options = CallOptions.DEFAULT.withOption(Routing.KEY, Routing.require("k", "v"));
    assertEquals(
        "no instance of authority has [k=v] (its 2 instances have k: '')",
        channel.failure(options).getDescription());
  }

  @Test
  void aThousandConnectionsComingUpTogetherAreOneUpdate() {
    channel.resolve(DEFAULTS, instances(1_000));
    int before = channel.updates;
    channel.connectAll();
    assertEquals(before + 1, channel.updates);
    channel.resolve(DEFAULTS, instances(1_000));
    assertEquals(before + 1, channel.updates, "an update without news");
  }
}
