package io.discovery.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Makes every call one attempt of bounded length, whatever jetcd thinks of it. Stateless.
 *
 * <p>jetcd sets no deadlines: a call to a frozen member would hang for ever and hold its stream
 * open. Watches get none; they live as long as they are wanted. And what jetcd takes for temporary,
 * UNAVAILABLE and INTERNAL, it retries or at least laments in two warnings a call, and of watches
 * it makes streams that lose events. So these come out as ABORTED, which etcd never says and jetcd
 * never mends.
 *
 * @param call the longest that any call but a read takes
 * @param read the longest that a read takes, which may carry thousands of records
 */
record EtcdAttempts(Duration call, Duration read) implements ClientInterceptor {
  private static final String WATCH = "etcdserverpb.Watch/Watch";
  private static final String RANGE = "etcdserverpb.KV/Range";

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, bounded(method, options))) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(new Last<>(listener), headers);
      }
    };
  }

  private CallOptions bounded(MethodDescriptor<?, ?> method, CallOptions options) {
    String name = method.getFullMethodName();
    if (name.equals(WATCH)) {
      return options;
    }
    Duration limit = name.equals(RANGE) ? read : call;
    return options.withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static final class Last<A> extends SimpleForwardingClientCallListener<A> {
    Last(ClientCall.Listener<A> listener) {
      super(listener);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      boolean mended =
          status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.INTERNAL;
      super.onClose(mended ? aborted(status) : status, trailers);
    }

    private static Status aborted(Status status) {
      String description = status.getDescription() == null ? "" : ": " + status.getDescription();
      return Status.ABORTED
          .withDescription(status.getCode() + description)
          .withCause(status.getCause());
    }
  }
}
