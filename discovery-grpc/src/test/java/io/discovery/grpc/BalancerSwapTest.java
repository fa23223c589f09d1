package io.discovery.grpc;

import static io.discovery.grpc.FakeChannel.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.discovery.ServiceInstance;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The policy by itself when others take the place of its instances. */
final class BalancerSwapTest {
  private static final BalancerConfig DEFAULTS = BalancerConfig.defaults();

  private final FakeChannel channel = new FakeChannel();

  private void resolve(String... ids) {
    channel.resolve(DEFAULTS, List.of(ids).stream().map(id -> instance(id, 1)).toList());
  }

  private void assertCallsWait(String why) {
    assertFalse(channel.pick(CallOptions.DEFAULT).hasResult(), why);
  }

  /** A removal is the registry's certain word (rule 3.11), whoever comes instead. */
  @Test
  void whoeverLeftGetsNoCallsEvenIfNoneOfTheOthersCanBeReached() {
    resolve("a", "b");
    channel.connectAll();
    FakeChannel.Connection left = channel.connection("a");
    resolve("c", "d");
    assertFalse(channel.connections.contains(left), "its connection is given up");
    assertCallsWait("c and d are being connected");
    channel.connection("c").become(ConnectivityState.TRANSIENT_FAILURE);
    assertCallsWait("d may still be connected");
    channel.connection("d").become(ConnectivityState.TRANSIENT_FAILURE);
    assertEquals(ConnectivityState.TRANSIENT_FAILURE, channel.state);
    assertEquals("no way to c", channel.failure(CallOptions.DEFAULT).getDescription());
    channel.connection("d").become(ConnectivityState.READY);
    assertEquals(Map.of("d", 3), channel.pick(3));
  }

  @Test
  void aNewcomerGetsCallsOnlyWhenItIsConnected() {
    resolve("a");
    channel.connectAll();
    resolve("a", "new");
    assertEquals(Map.of("a", 10), channel.pick(10));
    channel.connection("new").become(ConnectivityState.TRANSIENT_FAILURE);
    assertEquals(Map.of("a", 10), channel.pick(10));
    channel.connection("new").become(ConnectivityState.READY);
    assertEquals(Map.of("a", 5, "new", 5), channel.pick(10));
  }

  @Test
  void oneThatLeavesAndComesBackIsConnectedOnceMoreAndCalledThen() {
    resolve("a", "b");
    channel.connectAll();
    resolve("b");
    assertEquals(Map.of("b", 10), channel.pick(10));
    resolve("a", "b");
    assertEquals(3, channel.opened);
    assertEquals(2, channel.connections.size(), "the old one is given up");
    assertEquals(Map.of("b", 10), channel.pick(10), "calls wait for nobody");
    channel.connectAll();
    assertEquals(Map.of("a", 5, "b", 5), channel.pick(10));
  }

  @Test
  void anotherOrderReconnectsNothing() {
    List<ServiceInstance> some =
        IntStream.range(0, 10).mapToObj(i -> instance("i" + i, 1)).toList();
    channel.resolve(DEFAULTS, some);
    channel.connectAll();
    List<ServiceInstance> reversed = new ArrayList<>(some);
    Collections.reverse(reversed);
    channel.resolve(DEFAULTS, reversed);
    assertEquals(10, channel.opened);
    assertEquals(10, channel.pick(10).size());
  }
}
