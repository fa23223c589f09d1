package io.discovery.grpc;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides about calls as long as one {@link Picture} is true. What a routing leads to is computed
 * with its first call. Safe for any thread, without locks.
 */
final class DiscoveryPicker extends SubchannelPicker {
  /** Bounds the memory of a channel whose routings are made of, say, user names. */
  static final int MAX_ROUTINGS = 100;

  private final Picture picture;
  private final AtomicLong turns;
  private final Choice choice;
  private final ConcurrentMap<Routing, Choice> routed = new ConcurrentHashMap<>();

  /**
   * @param turns counts on from picker to picker, lest each new one begins with the same instance
   */
  DiscoveryPicker(Picture picture, AtomicLong turns) {
    this.picture = picture;
    this.turns = turns;
    this.choice = picture.choice();
  }

  Choice choice() {
    return choice;
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs call) {
    Routing routing = call.getCallOptions().getOption(Routing.KEY);
    return (routing == null ? choice : choice(routing)).pick(call, turns);
  }

  private Choice choice(Routing routing) {
    Choice known = routed.get(routing);
    if (known != null) {
      return known;
    }
    Choice computed = picture.choice(routing);
    if (routed.size() < MAX_ROUTINGS) {
      routed.put(routing, computed);
    }
    return computed;
  }

  @Override
  public String toString() {
    return DiscoveryLoadBalancerProvider.POLICY + ": " + choice;
  }
}
