package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells clients which instance answers them: puts its id into the response headers, or into the
 * trailers of an answer that has no headers, as failures have none. {@link AnsweredBy} reads it.
 *
 * <pre>{@code
 * RegisteredServer.builder(registry, serverBuilder)
 *     .service("orders")
 *     .instanceHeader(new InstanceHeader())
 *     .register();
 * }</pre>
 *
 * <p>A server with several services answers with the id of the service that the call's authority
 * names, as it does unless the channel overrides it; else with that of its first. Says nothing
 * until the server is registered, nor in an answer that gRPC gives by itself: to an exception that
 * the application lets out, a method that is not there. Safe for any thread. For one server.
 */
public final class InstanceHeader implements ServerInterceptor {
  /**
   * The header {@code discovery-instance}: the id in visible ASCII; anything else, {@code %} and
   * {@code ,} are percent-encoded as UTF-8.
   */
  public static final Metadata.Key<String> KEY =
      Metadata.Key.of("discovery-instance", Metadata.ASCII_STRING_MARSHALLER);

  private volatile Ids ids = new Ids(Map.of(), Optional.empty());

  /** Creates one that says nothing yet. */
  public InstanceHeader() {}

  /** Everything encoded as it is sent and received. */
  private record Ids(Map<String, String> byAuthority, Optional<String> first) {
    Optional<String> of(String authority) {
      return Optional.ofNullable(authority).map(byAuthority::get).or(() -> first);
    }
  }

  /** Begins to tell. */
  void tell(List<ServiceInstance> instances) {
    ids =
        new Ids(
            instances.stream()
                .collect(
                    Collectors.toUnmodifiableMap(
                        instance -> Percent.encode(instance.service()),
                        instance -> Percent.encodeInvisible(instance.id()),
                        (first, second) -> first)),
            instances.stream().findFirst().map(first -> Percent.encodeInvisible(first.id())));
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return next.startCall(new Told<>(call), headers);
  }

  private final class Told<A, B> extends SimpleForwardingServerCall<A, B> {
    private boolean told; // by the thread of the call

    Told(ServerCall<A, B> call) {
      super(call);
    }

    @Override
    public void sendHeaders(Metadata headers) {
      tell(headers);
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      tell(trailers);
      super.close(status, trailers);
    }

    private void tell(Metadata metadata) {
      if (!told) {
        told = true;
        metadata.discardAll(KEY); // of a server behind this one, whose answer is passed on
        ids.of(getAuthority()).ifPresent(id -> metadata.put(KEY, id));
      }
    }
  }
}
