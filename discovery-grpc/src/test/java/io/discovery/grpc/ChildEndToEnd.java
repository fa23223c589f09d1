package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.RegistryConfig;
import io.discovery.tck.Await;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers in a process of their own, which can come to any harm, on stores that they can reach. */
interface ChildEndToEnd {
  /** What a store may take to see that a time to live is over, and clients to hear of it. */
  Duration SLACK = Duration.ofSeconds(5);

  Stage stage();

  RegistryConfig config();

  /** Says, as an operator does, how a service is to be called. */
  void publish(String namespace, String service, String serviceConfig);

  /** A connection to it that is not reset says nothing: only its record's end does. */
  @Test
  default void aZoneThatFreezesIsLeftWithinItsTimeToLiveAndFoundAgain(@TempDir Path directory) {
    Fleet fleet = new Fleet(stage());
    fleet.serve("other", "zone", "b");
    try (ChildServer child = ChildServer.start(config(), ServerMain.End.FROZEN, directory)) {
      ManagedChannel channel = fleet.channel("&zone=" + ServerMain.ZONE);
      Fleet.awaitShares(channel, Map.of("child", 100.0));
      child.freeze();
      Await.until(
          "calls are answered elsewhere",
          ServerMain.End.FROZEN.ttl.plus(SLACK),
          () -> Greeter.outcome(channel, briefly()).equals("other"));
      assertEquals(Map.of("other", 100.0), Fleet.shares(channel));
      child.thaw();
      Await.until("calls return", Stage.SOON, () -> Greeter.call(channel).equals("child"));
      assertEquals(Map.of("child", 100.0), Fleet.shares(channel));
    }
  }

  /** Without, those under way on it fail. */
  @Test
  default void aServerThatIsKilledCostsNoCallIfOperatorsHaveThemRepeated(@TempDir Path directory) {
    Fleet fleet = new Fleet(stage());
    fleet.serve(stage().greeter("a"), 1);
    fleet.serve(stage().greeter("b"), 1);
    publish(
        config().namespace(),
        "orders",
        """
        {"loadBalancingConfig": [{"discovery": {}}],
         "methodConfig": [{"name": [{"service": "test.Greeter"}], "retryPolicy": {
           "maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
           "retryableStatusCodes": ["UNAVAILABLE", "UNKNOWN"]}}]}
        """);
    try (ChildServer child = ChildServer.start(config(), ServerMain.End.UNPREPARED, directory);
        Traffic traffic = new Traffic(stage().channel(fleet.registry, "orders", "pick_first"), 8)) {
      traffic.awaitMoreFrom("a", "b", "child");
      child.kill();
      traffic.awaitMore();
      traffic.awaitMoreFrom("a", "b");
      traffic.assertNoFailureBeforeItsAnswer();
    }
  }

  private static CallOptions briefly() {
    return CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS);
  }
}
