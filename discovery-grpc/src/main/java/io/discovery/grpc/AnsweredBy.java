package io.discovery.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;

/**
 * Remembers which instance answered, as servers with an {@link InstanceHeader} say.
 *
 * <pre>{@code
 * AnsweredBy answeredBy = new AnsweredBy();
 * stub.withInterceptors(answeredBy).place(order);
 * log.info("placed by {}", answeredBy.instance()); // Optional[10.0.0.7:8080]
 * }</pre>
 *
 * <p>Safe for any thread, but with calls at the same time it shows any of them: use one for each
 * call; it costs next to nothing. What it shows is the server's own word: fit for logs and tests,
 * not for decisions about trust.
 */
public final class AnsweredBy implements ClientInterceptor {
  private volatile Optional<String> instance = Optional.empty();

  /** Creates one that has seen no call. */
  public AnsweredBy() {}

  /**
   * Returns the id of the instance that gave the latest answer, failures included, known from the
   * first response message on; empty before, if no server answered, or if it does not say.
   */
  public Optional<String> instance() {
    return instance;
  }

  @Override
  public <A, B> ClientCall<A, B> interceptCall(
      MethodDescriptor<A, B> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<B> listener, Metadata headers) {
        super.start(new Reading<>(listener), headers);
      }
    };
  }

  private static Optional<String> read(Metadata metadata) {
    try {
      return Optional.ofNullable(metadata.get(InstanceHeader.KEY)).map(Percent::decode);
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  private final class Reading<B> extends SimpleForwardingClientCallListener<B> {
    private boolean answered; // gRPC calls a listener from one thread at a time

    Reading(ClientCall.Listener<B> listener) {
      super(listener);
    }

    @Override
    public void onHeaders(Metadata headers) {
      answered = true;
      instance = read(headers);
      super.onHeaders(headers);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!answered) {
        instance = read(trailers);
      }
      super.onClose(status, trailers);
    }
  }
}
