package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer.FixedResultPicker;
import io.grpc.LoadBalancer.PickResult;

/** Candidates that are connected, for tests of what is computed of them. */
final class Candidates {
  private Candidates() {}

  static Candidate ready(String id, double weight, String zone) {
    ServiceInstance instance = ServiceInstance.of("orders", "host", 80).withId(id);
    return new Candidate(
        Member.of(FakeChannel.group(instance)),
        weight,
        zone,
        ConnectivityState.READY,
        new FixedResultPicker(PickResult.withNoResult()));
  }
}
