package io.discovery.examples.quickstart;

import io.discovery.grpc.RegisteredServer;
import io.discovery.tck.Await;
import io.grpc.ManagedChannel;
import java.util.Map;

/**
 * A new version gets a twentieth of the calls, then half, then all of them: by weight, live, on the
 * connections that are there. {@code mvn -q -Pquickstart -Dexample=Canary}
 */
public final class Canary {
  private static final int CALLS = 1_000;

  private Canary() {}

  /** Plays it; fails if the calls do not follow the weights. */
  public static void main(String[] args) {
    try (Fleet fleet = Fleet.open()) {
      RegisteredServer stable = fleet.serve("v1", instance -> instance.withWeight(95));
      RegisteredServer canary = fleet.serve("v2", instance -> instance.withWeight(5));
      ManagedChannel channel = fleet.dial("lb=discovery");
      expect(channel, "95 to 5", 50);
      canary.setWeight(95).join();
      expect(channel, "half and half", 500);
      stable.setWeight(0).join();
      expect(channel, "all to the new one", 1_000);
    }
  }

  private static void expect(ManagedChannel channel, String what, int canary) {
    Await.until(
        what,
        Fleet.SOON,
        () -> {
          Map<String, Integer> answers = Fleet.call(channel, CALLS);
          System.out.printf("%-20s %s%n", what, answers);
          return Math.abs(answers.getOrDefault("v2", 0) - canary) <= CALLS / 50;
        });
  }
}
