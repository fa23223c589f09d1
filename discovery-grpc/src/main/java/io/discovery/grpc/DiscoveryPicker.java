package io.discovery.grpc;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides about calls as long as one {@link Picture} is true. What a routing leads to is computed
 * with its first call. Safe for any thread, without locks.
 */
final class DiscoveryPicker extends SubchannelPicker {
  /** Bounds the memory of a channel whose routings are made of, say, user names. */
  static final int MAX_ROUTINGS = 100;

  private final Picture picture;
  private final Kind unrouted;
  private final ConcurrentMap<Routing, Kind> routed = new ConcurrentHashMap<>();

  /**
   * Calls that go to the same instances. They count their own turns: with one count for all, who
   * makes calls of two kinds by turns would send each kind to one instance of two.
   */
  private record Kind(Choice choice, AtomicLong turns) {}

  /**
   * @param turns of calls that ask for nothing; counts on from picker to picker, lest each new one
   *     begins with the same instance
   */
  DiscoveryPicker(Picture picture, AtomicLong turns) {
    this.picture = picture;
    this.unrouted = new Kind(picture.choice(), turns);
  }

  /** Returns a count that begins anywhere, so that those who begin anew do not all do so alike. */
  static AtomicLong anywhere() {
    return new AtomicLong(ThreadLocalRandom.current().nextLong());
  }

  Choice choice() {
    return unrouted.choice;
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs call) {
    Routing routing = call.getCallOptions().getOption(Routing.KEY);
    Kind kind = routing == null ? unrouted : kind(routing);
    return kind.choice.pick(call, kind.turns);
  }

  private Kind kind(Routing routing) {
    Kind known = routed.get(routing);
    if (known != null) {
      return known;
    }
    Kind computed = new Kind(picture.choice(routing), anywhere());
    if (routed.size() >= MAX_ROUTINGS) {
      return computed;
    }
    Kind earlier = routed.putIfAbsent(routing, computed);
    return earlier == null ? computed : earlier;
  }

  @Override
  public String toString() {
    return DiscoveryLoadBalancerProvider.POLICY + ": " + unrouted.choice;
  }
}
