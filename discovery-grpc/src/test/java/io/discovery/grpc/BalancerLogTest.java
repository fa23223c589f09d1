package io.discovery.grpc;

import static io.discovery.grpc.FakeChannel.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What whoever looks into a channel reads there. */
final class BalancerLogTest {
  private static final BalancerConfig DEFAULTS = BalancerConfig.defaults();

  private final FakeChannel channel = new FakeChannel();

  @Test
  void theLogTellsWhatHappens() {
    BalancerConfig config = DEFAULTS.withZone("z");
    channel.resolve(config, List.of(instance("a", 1), instance("b", 1)));
    channel.connectAll();
    channel.resolve(
        config, List.of(instance("a", 3), instance("{c}", 1).withMetadata("zone", "z")));
    channel.connectAll();
    assertEquals(
        List.of(
            "INFO discovery: 2 instances, 2 of them used; new: a, b",
            "DEBUG discovery: calls go to waiting",
            "DEBUG discovery: calls go to a 50%, b 50% (0% in the own zone)",
            "INFO discovery: 0% of the calls stay in the own zone",
            "INFO discovery: 2 instances, 2 of them used; new: {c}; gone: b; changed: a weight 1 to 3",
            "DEBUG discovery: calls go to a 100% (0% in the own zone)",
            "DEBUG discovery: calls go to a 29%, {c} 71% (71% in the own zone)",
            "INFO discovery: 71% of the calls stay in the own zone"),
        channel.log);
    assertEquals("discovery: a 29%, {c} 71% (71% in the own zone)", channel.picker.toString());
    assertEquals("discovery[a READY, {c} READY]", channel.policy.toString());
  }
}
