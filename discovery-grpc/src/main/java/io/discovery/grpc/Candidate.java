package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.discovery.grpc.ChannelMetrics.Picks;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.Optional;

/**
 * What counts about an instance when calls are given out, at one moment.
 *
 * @param weight its share relative to the others, as it is now; 0 while it drains
 * @param picker leads to its connection, or says why there is none
 * @param picks counts the calls that go there
 */
record Candidate(
    Member member,
    double weight,
    String zone,
    ConnectivityState state,
    SubchannelPicker picker,
    Picks picks) {
  boolean isReady() {
    return state == ConnectivityState.READY;
  }

  boolean isDraining() {
    return member.weight() == 0;
  }

  Optional<ServiceInstance> instance() {
    return member.instance();
  }
}
