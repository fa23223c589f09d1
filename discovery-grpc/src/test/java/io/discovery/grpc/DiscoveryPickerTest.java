package io.discovery.grpc;

import static io.discovery.grpc.FakeChannel.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which connection a call gets, with connections of the test's making. */
final class DiscoveryPickerTest {
  private static final BalancerConfig DEFAULTS = BalancerConfig.defaults();

  private final FakeChannel channel = new FakeChannel();

  @Test
  void aRequiredInstanceIsWaitedForWhileItIsConnected() {
    channel.resolve(
        DEFAULTS, List.of(instance("a", 1), instance("b", 1).withMetadata("version", "v2")));
    channel.connection("a").become(ConnectivityState.READY);
    Routing v2 = Routing.require("version", "v2");
    assertFalse(channel.pick(CallOptions.DEFAULT.withOption(Routing.KEY, v2)).hasResult());
    Routing notV2 = Routing.require("version", "");
    assertEquals(
        Map.of("a", 2), channel.pick(2, CallOptions.DEFAULT.withOption(Routing.KEY, notV2)));
    Routing better = Routing.prefer("version", "v2");
    assertEquals(
        Map.of("a", 2), channel.pick(2, CallOptions.DEFAULT.withOption(Routing.KEY, better)));
    channel.connection("b").become(ConnectivityState.TRANSIENT_FAILURE);
    assertEquals(
        "no way to b",
        channel.failure(CallOptions.DEFAULT.withOption(Routing.KEY, v2)).getDescription());
    channel.connection("b").become(ConnectivityState.READY);
    assertEquals(
        Map.of("b", 2), channel.pick(2, CallOptions.DEFAULT.withOption(Routing.KEY, better)));
  }

  @Test
  void wishesAreGivenUpFromTheLast() {
    channel.resolve(
        DEFAULTS,
        List.of(
            instance("a", 1).withMetadata("version", "v2"),
            instance("b", 1).withMetadata("version", "v2").withMetadata("disk", "ssd"),
            instance("c", 1).withMetadata("disk", "ssd")));
    channel.connectAll();
    Routing both = Routing.prefer("version", "v2").andPrefer("disk", "ssd");
    CallOptions options = CallOptions.DEFAULT.withOption(Routing.KEY, both);
    assertEquals(Map.of("b", 4), channel.pick(4, options));
    channel.connection("b").become(ConnectivityState.IDLE);
    assertEquals(Map.of("a", 4), channel.pick(4, options));
    CallOptions strict =
        CallOptions.DEFAULT.withOption(Routing.KEY, both.andRequire("disk", "ssd"));
    assertEquals(Map.of("c", 4), channel.pick(4, strict));
  }

  @Test
  void callsOfEachKindTakeTurnsWhateverComesBetween() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    CallOptions routed =
        CallOptions.DEFAULT.withOption(Routing.KEY, Routing.require("version", ""));
    Map<String, Integer> plain = new HashMap<>();
    Map<String, Integer> asked = new HashMap<>();
    for (int i = 0; i < 50; i++) {
      channel.pick(1).forEach((host, count) -> plain.merge(host, count, Integer::sum));
      channel.pick(1, routed).forEach((host, count) -> asked.merge(host, count, Integer::sum));
    }
    assertEquals(Map.of("a", 25, "b", 25), plain);
    assertEquals(Map.of("a", 25, "b", 25), asked);
  }

  @Test
  void aNewPickerDoesNotBeginWithTheSameInstance() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1), instance("b", 1), instance("c", 1)));
    channel.connectAll();
    CallOptions routed =
        CallOptions.DEFAULT.withOption(Routing.KEY, Routing.require("version", ""));
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      channel
          .connection("c")
          .become(i % 2 == 0 ? ConnectivityState.TRANSIENT_FAILURE : ConnectivityState.READY);
      channel.pick(1, routed).forEach((host, count) -> first.merge(host, count, Integer::sum));
    }
    assertTrue(first.get("a") > 40 && first.get("b") > 40, first::toString); // 83 each by chance
  }

  @Test
  void moreRoutingsThanAreRememberedWorkAllTheSame() {
    channel.resolve(DEFAULTS, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    Map<String, Integer> further = new HashMap<>();
    for (int i = 0; i < 3 * DiscoveryPicker.MAX_ROUTINGS; i++) {
      Routing routing = Routing.prefer("user", "u" + i);
      Map<String, Integer> counts =
          channel.pick(2, CallOptions.DEFAULT.withOption(Routing.KEY, routing));
      if (i < DiscoveryPicker.MAX_ROUTINGS) {
        assertEquals(Map.of("a", 1, "b", 1), counts);
      } else {
        counts.forEach((host, count) -> further.merge(host, count, Integer::sum));
      }
    }
    assertEquals(200, further.get("a"), 80, "of 400, by chance");
  }

  @Test
  void aPickAllocatesNothing() {
    channel.resolve(
        DEFAULTS.withZone("a"),
        List.of(
            instance("a", 1).withMetadata("zone", "a"),
            instance("b", 3).withMetadata("zone", "a"),
            instance("c", 7).withMetadata("zone", "b")));
    channel.connectAll();
    Routing routing = Routing.require("zone", "a").andPrefer("zone", "a");
    assertAllocatesNothing(channel.picker, CallOptions.DEFAULT);
    assertAllocatesNothing(
        channel.picker,
        CallOptions.DEFAULT
            .withOption(Routing.KEY, routing)
            .withOption(PickedInstance.KEY, new PickedInstance()));
  }

  private static void assertAllocatesNothing(SubchannelPicker picker, CallOptions options) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FakeChannel.Call call = new FakeChannel.Call(options);
    // The first calls load classes, and measuring itself takes some bytes.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        picker.pickSubchannel(call);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least < 1_000, least + " bytes for 10,000 picks");
  }
}
