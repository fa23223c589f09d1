package io.discovery.examples.quickstart;

import io.discovery.grpc.RegisteredServer;
import io.discovery.tck.Await;
import io.grpc.ManagedChannel;
import java.util.Set;

/**
 * A client that stays in its zone as long as there is somebody, goes elsewhere when not, and comes
 * back. {@code mvn -q -Pquickstart -Dexample=Zones}
 */
public final class Zones {
  private Zones() {}

  /** Plays it; fails if the calls go elsewhere. */
  public static void main(String[] args) {
    try (Fleet fleet = Fleet.open()) {
      RegisteredServer here = serve(fleet, "here", "a");
      serve(fleet, "there", "b");
      ManagedChannel channel = fleet.dial("lb=discovery&zone=a");
      expect(channel, "both zones are up", "here");
      here.close();
      expect(channel, "zone a is down", "there");
      serve(fleet, "here again", "a");
      expect(channel, "zone a is back", "here again");
    }
  }

  private static RegisteredServer serve(Fleet fleet, String name, String zone) {
    return fleet.serve(name, instance -> instance.withMetadata("zone", zone));
  }

  private static void expect(ManagedChannel channel, String what, String server) {
    Await.until(
        what,
        Fleet.SOON,
        () -> {
          Set<String> answers = Fleet.call(channel, 20).keySet();
          System.out.printf("%-20s %s%n", what, answers);
          return answers.equals(Set.of(server));
        });
  }
}
