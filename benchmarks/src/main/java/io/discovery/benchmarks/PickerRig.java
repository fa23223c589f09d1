package io.discovery.benchmarks;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** As much of a channel as a balancer needs to have all of its connections ready. */
final class PickerRig extends LoadBalancer.Helper {
  static final LoadBalancer.PickSubchannelArgs CALL = new Call();

  private final SynchronizationContext context =
      new SynchronizationContext(
          (thread, failure) -> {
            throw new IllegalStateException(failure);
          });
  private LoadBalancer.SubchannelPicker picker; // the newest

  private PickerRig() {}

  /** Returns what the policy picks with when so many servers are connected. */
  static LoadBalancer.SubchannelPicker connected(String policy, int addresses) {
    PickerRig rig = new PickerRig();
    LoadBalancer balancer =
        LoadBalancerRegistry.getDefaultRegistry().getProvider(policy).newLoadBalancer(rig);
    List<EquivalentAddressGroup> groups = new ArrayList<>();
    for (int i = 0; i < addresses; i++) {
      groups.add(
          new EquivalentAddressGroup(InetSocketAddress.createUnresolved(Records.host(i), 8080)));
    }
    rig.context.execute(
        () ->
            balancer.acceptResolvedAddresses(
                LoadBalancer.ResolvedAddresses.newBuilder().setAddresses(groups).build()));
    LoadBalancer.PickResult result = rig.picker.pickSubchannel(CALL);
    if (result.getSubchannel() == null) {
      throw new IllegalStateException(policy + " picks " + result + " (expected: a connection)");
    }
    return rig.picker;
  }

  @Override
  public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
    return new Connection(args.getAddresses());
  }

  @Override
  public void updateBalancingState(
      ConnectivityState state, LoadBalancer.SubchannelPicker newPicker) {
    picker = newPicker;
  }

  @Override
  public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
    throw new UnsupportedOperationException("no balancer here needs one");
  }

  @Override
  public String getAuthority() {
    return "orders";
  }

  @Override
  public String getChannelTarget() {
    return "discovery:///orders";
  }

  @Override
  public SynchronizationContext getSynchronizationContext() {
    return context;
  }

  @Override
  public ChannelLogger getChannelLogger() {
    return new ChannelLogger() {
      @Override
      public void log(ChannelLogLevel level, String message) {}

      @Override
      public void log(ChannelLogLevel level, String format, Object... arguments) {}
    };
  }

  /** Connects as soon as it is asked to. */
  private final class Connection extends LoadBalancer.Subchannel {
    private final List<EquivalentAddressGroup> addresses;
    private LoadBalancer.SubchannelStateListener listener;

    Connection(List<EquivalentAddressGroup> addresses) {
      this.addresses = addresses;
    }

    @Override
    public void start(LoadBalancer.SubchannelStateListener stateListener) {
      listener = stateListener;
    }

    @Override
    public void requestConnection() {
      context.execute(
          () ->
              listener.onSubchannelState(
                  ConnectivityStateInfo.forNonError(ConnectivityState.READY)));
    }

    @Override
    public void shutdown() {}

    @Override
    public List<EquivalentAddressGroup> getAllAddresses() {
      return addresses;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.EMPTY;
    }
  }

  /** A call that asks for nothing particular. */
  private static final class Call extends LoadBalancer.PickSubchannelArgs {
    private final Metadata headers = new Metadata();

    @Override
    public CallOptions getCallOptions() {
      return CallOptions.DEFAULT;
    }

    @Override
    public Metadata getHeaders() {
      return headers;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      throw new UnsupportedOperationException("balancers that look at the method are not compared");
    }
  }
}
