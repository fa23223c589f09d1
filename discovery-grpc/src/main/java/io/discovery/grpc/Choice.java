package io.discovery.grpc;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;

/** Where calls of one kind go. Immutable. */
sealed interface Choice {
  /** Calls wait for a connection. */
  Choice WAIT = new Fixed(ConnectivityState.CONNECTING, PickResult.withNoResult());

  /** Returns the state of a channel all of whose calls are of this kind. */
  ConnectivityState state();

  /** Decides about one call. Takes no lock and allocates nothing. */
  PickResult pick(PickSubchannelArgs call, AtomicLong turns);

  static Choice fail(String why) {
    // Any other code would look like the application's answer.
    return fail(Status.UNAVAILABLE.withDescription(why));
  }

  static Choice fail(Status status) {
    return new Fixed(ConnectivityState.TRANSIENT_FAILURE, PickResult.withError(status));
  }

  /** To connected instances in turn. */
  record Ready(Rotation rotation, double local) implements Choice {
    @Override
    public ConnectivityState state() {
      return ConnectivityState.READY;
    }

    @Override
    public PickResult pick(PickSubchannelArgs call, AtomicLong turns) {
      int number = rotation.at(turns.getAndIncrement());
      PickedInstance picked = call.getCallOptions().getOption(PickedInstance.KEY);
      if (picked != null) {
        picked.set(rotation.candidate(number).instance());
      }
      rotation.picks(number).count();
      return rotation.picker(number).pickSubchannel(call);
    }

    @Override
    public String toString() {
      return local < 1
          ? rotation + " (" + Math.round(local * 100) + "% in the own zone)"
          : rotation.toString();
    }
  }

  /** Nowhere: they wait or fail. */
  record Fixed(ConnectivityState state, PickResult result) implements Choice {
    @Override
    public PickResult pick(PickSubchannelArgs call, AtomicLong turns) {
      return result;
    }

    @Override
    public String toString() {
      return result.getStatus().isOk() ? "waiting" : result.getStatus().toString();
    }
  }

  /** To instances that cannot be reached, whose policy says why. */
  record Broken(SubchannelPicker picker) implements Choice {
    @Override
    public ConnectivityState state() {
      return ConnectivityState.TRANSIENT_FAILURE;
    }

    @Override
    public PickResult pick(PickSubchannelArgs call, AtomicLong turns) {
      return picker.pickSubchannel(call);
    }
  }
}
