package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer.FixedResultPicker;
import io.grpc.LoadBalancer.PickResult;

/** Candidates for tests of what is computed of them. */
final class Candidates {
  private Candidates() {}

  static Candidate ready(String id, double weight, String zone) {
    return candidate(id, weight, zone, ConnectivityState.READY);
  }

  static Candidate broken(String id, String zone) {
    return candidate(id, 1, zone, ConnectivityState.TRANSIENT_FAILURE);
  }

  private static Candidate candidate(
      String id, double weight, String zone, ConnectivityState state) {
    ServiceInstance instance = ServiceInstance.of("orders", "host", 80).withId(id);
    return new Candidate(
        Member.of(FakeChannel.group(instance)),
        weight,
        zone,
        state,
        new FixedResultPicker(PickResult.withNoResult()),
        ChannelMetrics.Picks.NONE);
  }
}
