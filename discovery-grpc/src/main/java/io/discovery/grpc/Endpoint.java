package io.discovery.grpc;

import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.util.ForwardingLoadBalancerHelper;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One instance: its connection, kept up by a {@code pick_first} of its own, and its age. All of it
 * in the synchronization context.
 */
final class Endpoint {
  private final boolean startsSlowly;
  private final LongSupplier nanoTime;
  private final Runnable changed;
  private final LoadBalancer policy;
  private Member member;
  private ConnectivityState state = ConnectivityState.CONNECTING;
  private SubchannelPicker picker = new LoadBalancer.FixedResultPicker(PickResult.withNoResult());
  private boolean wasReady;
  private long readySince;
  private boolean closed;

  /**
   * @param startsSlowly whether its weight is to grow with its age, if such is configured
   * @param changed called when {@link #candidate} may have changed
   */
  Endpoint(
      Member member,
      boolean startsSlowly,
      LoadBalancer.Helper helper,
      LoadBalancerProvider pickFirst,
      LongSupplier nanoTime,
      Runnable changed) {
    this.startsSlowly = startsSlowly;
    this.nanoTime = nanoTime;
    this.changed = changed;
    this.policy = pickFirst.newLoadBalancer(new Helper(helper));
    connect(member);
  }

  /**
   * Tells whether what there is of a connection is of use for the same instance, as it is now. At
   * none of its old addresses it is another process, which has its own age. While attempts fail
   * gRPC tries no new address before it has waited, minutes perhaps, for the next attempt.
   */
  boolean serves(Member next) {
    List<SocketAddress> before = member.group().getAddresses();
    List<SocketAddress> after = next.group().getAddresses();
    return state == ConnectivityState.TRANSIENT_FAILURE
        ? before.containsAll(after)
        : !Collections.disjoint(before, after);
  }

  /** The same instance may have another weight, other metadata or other addresses. */
  void update(Member next) {
    if (next.isSameForTransport(member)) {
      member = next;
    } else {
      connect(next);
    }
  }

  private void connect(Member next) {
    member = next;
    policy.acceptResolvedAddresses(
        ResolvedAddresses.newBuilder()
            .setAddresses(List.of(next.group()))
            // Has the newer of gRPC's two pick_first obey health checks and outlier detection.
            .setAttributes(
                Attributes.newBuilder().set(LoadBalancer.IS_PETIOLE_POLICY, true).build())
            .build());
  }

  void close() {
    closed = true;
    policy.shutdown();
  }

  Candidate candidate(BalancerConfig config, ChannelMetrics metrics) {
    double share = startsSlowly && wasReady ? slowStart(config).share(age()) : 1;
    String zone = member.metadata(config.zoneKey());
    return new Candidate(member, member.weight() * share, zone, state, picker, metrics.picks(zone));
  }

  boolean isReady() {
    return state == ConnectivityState.READY;
  }

  /** Tells whether its weight is still growing. */
  boolean isStarting(BalancerConfig config) {
    return startsSlowly && wasReady && !slowStart(config).isOver(age());
  }

  private static SlowStart slowStart(BalancerConfig config) {
    return new SlowStart(config.slowStart());
  }

  private long age() {
    return nanoTime.getAsLong() - readySince;
  }

  @Override
  public String toString() {
    return member.label() + " " + state;
  }

  private void changed(ConnectivityState next, SubchannelPicker nextPicker) {
    if (next == ConnectivityState.READY && !wasReady) {
      wasReady = true;
      readySince = nanoTime.getAsLong();
    }
    // That one which fails is not shown as connecting at each attempt is up to pick_first.
    state = next;
    picker = nextPicker;
    changed.run();
  }

  private final class Helper extends ForwardingLoadBalancerHelper {
    private final LoadBalancer.Helper delegate;

    Helper(LoadBalancer.Helper delegate) {
      this.delegate = delegate;
    }

    @Override
    protected LoadBalancer.Helper delegate() {
      return delegate;
    }

    @Override
    public void updateBalancingState(ConnectivityState next, SubchannelPicker nextPicker) {
      if (closed) {
        return;
      }
      changed(next, nextPicker);
      if (next == ConnectivityState.IDLE) {
        // Later: the policy is in the middle of something.
        delegate.getSynchronizationContext().execute(this::reconnect);
      }
    }

    private void reconnect() {
      if (!closed) {
        policy.requestConnection();
      }
    }
  }
}
