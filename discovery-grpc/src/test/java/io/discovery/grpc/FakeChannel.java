package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.ServiceInstance;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Stands where gRPC's channel stands, in time that passes when told to: has a policy of its own,
 * tells it addresses, and makes its connections, which the test brings up and down.
 */
final class FakeChannel extends LoadBalancer.Helper {
  final FakeTimer timer = new FakeTimer();
  final List<Connection> connections = new ArrayList<>(); // that are there
  final List<String> log = new ArrayList<>();
  final LoadBalancer policy;
  int opened;
  int updates;
  ConnectivityState state;
  SubchannelPicker picker;
  private final SynchronizationContext context =
      new SynchronizationContext(
          (thread, error) -> {
            throw new AssertionError("a real channel would be in panic", error);
          });

  FakeChannel() {
    policy = new DiscoveryLoadBalancer(this, timer::nanoTime);
  }

  void in(Runnable task) {
    context.execute(task);
  }

  void resolve(BalancerConfig config, List<ServiceInstance> instances) {
    resolveGroups(config, instances.stream().map(FakeChannel::group).toList());
  }

  void resolveGroups(BalancerConfig config, List<EquivalentAddressGroup> groups) {
    in(
        () ->
            policy.acceptResolvedAddresses(
                ResolvedAddresses.newBuilder()
                    .setAddresses(groups)
                    .setLoadBalancingPolicyConfig(config)
                    .build()));
  }

  /** Returns an instance whose host is its id. */
  static ServiceInstance instance(String id, int weight) {
    return ServiceInstance.of("orders", id, 80).withId(id).withWeight(weight);
  }

  static EquivalentAddressGroup group(ServiceInstance instance) {
    return new EquivalentAddressGroup(
        List.of(InetSocketAddress.createUnresolved(instance.host(), instance.port())),
        Attributes.newBuilder().set(DiscoveryNameResolverProvider.INSTANCE, instance).build());
  }

  /** Connects whatever is not yet. */
  void connectAll() {
    in(
        () ->
            List.copyOf(connections).stream()
                .filter(connection -> connection.state != ConnectivityState.READY)
                .forEach(connection -> connection.become(ConnectivityState.READY)));
  }

  Connection connection(String host) {
    return connections.stream()
        .filter(connection -> connection.host().equals(host))
        .findFirst()
        .orElseThrow();
  }

  PickResult pick(CallOptions options) {
    return picker.pickSubchannel(new Call(options));
  }

  Status failure(CallOptions options) {
    Status status = pick(options).getStatus();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status::toString);
    return status;
  }

  /** Returns how many of so many calls go to each host. */
  Map<String, Integer> pick(int calls, CallOptions options) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < calls; i++) {
      counts.merge(((Connection) pick(options).getSubchannel()).host(), 1, Integer::sum);
    }
    return counts;
  }

  Map<String, Integer> pick(int calls) {
    return pick(calls, CallOptions.DEFAULT);
  }

  @Override
  public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
    assertNoLockHeld();
    Connection connection = new Connection(args.getAddresses());
    connections.add(connection);
    opened++;
    return connection;
  }

  @Override
  public void updateBalancingState(ConnectivityState state, SubchannelPicker picker) {
    context.throwIfNotInThisSynchronizationContext();
    assertNoLockHeld();
    updates++;
    this.state = state;
    this.picker = picker;
  }

  private static void assertNoLockHeld() {
    assertEquals(
        List.of(), Probe.monitorsHeld(), "what a channel does meanwhile may wait for anybody");
  }

  @Override
  public void refreshNameResolution() {}

  @Override
  public SynchronizationContext getSynchronizationContext() {
    return context;
  }

  @Override
  public ScheduledExecutorService getScheduledExecutorService() {
    return timer;
  }

  @Override
  public String getAuthority() {
    return "authority";
  }

  @Override
  public String getChannelTarget() {
    return "discovery:///orders";
  }

  @Override
  public ChannelLogger getChannelLogger() {
    return new ListLogger(log);
  }

  @Override
  public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
    throw new UnsupportedOperationException();
  }

  /** A connection, in whatever state the test puts it. */
  final class Connection extends LoadBalancer.Subchannel {
    private List<EquivalentAddressGroup> groups;
    private SubchannelStateListener listener;
    ConnectivityState state = ConnectivityState.IDLE;

    Connection(List<EquivalentAddressGroup> groups) {
      this.groups = groups;
    }

    String host() {
      return ((InetSocketAddress) groups.get(0).getAddresses().get(0)).getHostString();
    }

    void become(ConnectivityState next) {
      state = next;
      ConnectivityStateInfo info =
          next == ConnectivityState.TRANSIENT_FAILURE
              ? ConnectivityStateInfo.forTransientFailure(
                  Status.UNAVAILABLE.withDescription("no way to " + host()))
              : ConnectivityStateInfo.forNonError(next);
      in(() -> listener.onSubchannelState(info));
    }

    @Override
    public void start(SubchannelStateListener listener) {
      this.listener = listener;
    }

    @Override
    public void requestConnection() {
      if (state == ConnectivityState.IDLE) {
        become(ConnectivityState.CONNECTING);
      }
    }

    @Override
    public void shutdown() {
      connections.remove(this);
    }

    @Override
    public List<EquivalentAddressGroup> getAllAddresses() {
      return groups;
    }

    @Override
    public void updateAddresses(List<EquivalentAddressGroup> groups) {
      this.groups = groups;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.EMPTY;
    }
  }

  /** A call about to be made. */
  static final class Call extends LoadBalancer.PickSubchannelArgs {
    private final CallOptions options;

    Call(CallOptions options) {
      this.options = options;
    }

    @Override
    public CallOptions getCallOptions() {
      return options;
    }

    @Override
    public Metadata getHeaders() {
      throw new UnsupportedOperationException();
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      throw new UnsupportedOperationException();
    }
  }
}
