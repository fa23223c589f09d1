package io.discovery.grpc;

import static io.discovery.grpc.FakeChannel.instance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.ServiceInstance;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.util.ArrayList;
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

  @Test
  void anErrorOfTheResolverIsLogged() {
    Status error = Status.UNAVAILABLE.withDescription("no way");
    channel.in(() -> channel.policy.handleNameResolutionError(error));
    assertEquals("WARNING discovery: name resolution: " + error, channel.log.get(0));
  }

  /** Anybody may have written them (rule 7.5). */
  @Test
  void idsAndMetadataLookLikeNothingElse() {
    String evil = "x\u2028WARNING \u202Eall is lost";
    ServiceInstance instance =
        instance("a", 1).withId(evil).withMetadata("version", "1\nWARNING" + "!".repeat(10_000));
    channel.resolve(DEFAULTS, List.of(instance));
    channel.connectAll();
    channel.resolve(DEFAULTS, List.of(instance.withWeight(2)));
    Routing routing = Routing.require("version", "2");
    String failure =
        channel.failure(CallOptions.DEFAULT.withOption(Routing.KEY, routing)).getDescription();
    channel.resolve(DEFAULTS, List.of(instance("b", 1)));
    List<String> told = new ArrayList<>(channel.log);
    told.addAll(List.of(failure, channel.picker.toString(), channel.policy.toString()));
    for (String line : told) {
      assertTrue(line.matches("[ -~…]*") && line.length() < 300, line);
    }
    assertEquals(
        "no instance of orders has [version=2] (its 1 instances have version: '1%0AWARNING"
            + "!".repeat(49)
            + "…')",
        failure);
  }
}
