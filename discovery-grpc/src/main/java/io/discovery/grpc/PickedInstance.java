package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Objects;
import java.util.Optional;

/**
 * Learns which instance the policy {@code discovery} picked for a call: the last one, if the call
 * was tried more than once.
 *
 * <pre>{@code
 * PickedInstance picked = new PickedInstance();
 * stub.withOption(PickedInstance.KEY, picked).placeOrder(request);
 * log(picked.instance());
 * }</pre>
 *
 * <p>For one call at a time. Safe for any thread.
 */
public final class PickedInstance {
  /** What is to learn the instance of a call. */
  public static final CallOptions.Key<PickedInstance> KEY =
      CallOptions.Key.create("io.discovery.grpc.PickedInstance");

  private volatile Optional<ServiceInstance> instance = Optional.empty();

  /** Creates one that has learned nothing yet. */
  public PickedInstance() {}

  /**
   * Returns the instance; nothing as long as none was picked, under another policy, and if the name
   * resolver is another.
   */
  public Optional<ServiceInstance> instance() {
    return instance;
  }

  void set(Optional<ServiceInstance> instance) {
    this.instance = instance;
  }

  @Override
  public String toString() {
    return instance.map(ServiceInstance::toString).orElse("no instance");
  }

  /** Is told about ended calls. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A call has ended. On the call's executor, before the application learns of it.
     *
     * @param instance as {@link PickedInstance#instance}
     */
    void onClose(MethodDescriptor<?, ?> method, Optional<ServiceInstance> instance, Status status);
  }

  /** Returns an interceptor that tells which instance each call of a channel went to. */
  public static ClientInterceptor interceptor(Listener listener) {
    Objects.requireNonNull(listener, "listener");
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        PickedInstance given = options.getOption(KEY);
        PickedInstance picked = given == null ? new PickedInstance() : given;
        return new SimpleForwardingClientCall<>(
            next.newCall(method, options.withOption(KEY, picked))) {
          @Override
          public void start(ClientCall.Listener<A> answers, Metadata headers) {
            super.start(
                new SimpleForwardingClientCallListener<A>(answers) {
                  @Override
                  public void onClose(Status status, Metadata trailers) {
                    try {
                      listener.onClose(method, picked.instance(), status);
                    } finally {
                      super.onClose(status, trailers);
                    }
                  }
                },
                headers);
          }
        };
      }
    };
  }
}
