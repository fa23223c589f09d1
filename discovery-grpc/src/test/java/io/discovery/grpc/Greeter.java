package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A real server that answers every call with its own name. */
final class Greeter implements AutoCloseable {
  private static final MethodDescriptor.Marshaller<String> TEXT = new Text();
  private static final MethodDescriptor<String, String> NAME =
      MethodDescriptor.newBuilder(TEXT, TEXT)
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("test.Greeter/Name")
          .build();

  private final Server server;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger(); // of these

  /** Starts on a free loopback port. */
  static Greeter start(String name) {
    return new Greeter(name, builder("127.0.0.1"));
  }

  static ServerBuilder<?> builder(String host) {
    return builder(host, 0);
  }

  static ServerBuilder<?> builder(String host, int port) {
    return NettyServerBuilder.forAddress(
        new InetSocketAddress(HostNames.literal(host).orElseThrow(), port),
        InsecureServerCredentials.create());
  }

  Greeter(String name, ServerBuilder<?> builder) {
    this(name, builder, Duration.ZERO);
  }

  /** Starts a server whose calls take a while. */
  Greeter(String name, ServerBuilder<?> builder, Duration work) {
    try {
      this.server =
          builder
              .addService(
                  service(
                      () -> {
                        calls.incrementAndGet();
                        pause(work);
                        return name;
                      }))
              .addTransportFilter(counting())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one whose calls fail as the application's do. */
  static Greeter failing() {
    return new Greeter(
        "failing",
        builder("127.0.0.1")
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, A> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                    call.close(Status.INTERNAL.withDescription("failing"), new Metadata());
                    return new ServerCall.Listener<>() {};
                  }
                }));
  }

  private ServerTransportFilter counting() {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes attributes) {
        connections.incrementAndGet();
        open.incrementAndGet();
        return attributes;
      }

      @Override
      public void transportTerminated(Attributes attributes) {
        open.decrementAndGet();
      }
    };
  }

  /**
   * Returns the service alone, for servers that are built and started by others. It fails with the
   * status that {@code name} throws.
   */
  static ServerServiceDefinition service(Supplier<String> name) {
    return ServerServiceDefinition.builder("test.Greeter")
        .addMethod(
            NAME,
            ServerCalls.asyncUnaryCall(
                (request, answer) -> {
                  try {
                    answer.onNext(name.get());
                    answer.onCompleted();
                  } catch (StatusRuntimeException e) {
                    answer.onError(e);
                  }
                }))
        .build();
  }

  /** Makes one call that fails rather than waits for a connection to come back. */
  static String call(Channel channel) {
    return call(channel, CallOptions.DEFAULT);
  }

  /** Makes one call with these options, and with a deadline if they have none. */
  static String call(Channel channel, CallOptions options) {
    CallOptions bounded =
        options.getDeadline() == null ? options.withDeadlineAfter(10, TimeUnit.SECONDS) : options;
    return ClientCalls.blockingUnaryCall(channel, NAME, bounded, "");
  }

  /** Makes one call and returns the answer, or the name of the code with which it failed. */
  static String outcome(Channel channel, CallOptions options) {
    try {
      return call(channel, options);
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode().name();
    }
  }

  /** Tells whether a call gets an answer. */
  static boolean answers(Channel channel) {
    try {
      call(channel);
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** Makes a call that must fail as one that may be tried again, and returns why it did. */
  static Status unavailable(Channel channel) {
    Status status = assertThrows(StatusRuntimeException.class, () -> call(channel)).getStatus();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status::toString);
    return status;
  }

  Server server() {
    return server;
  }

  int port() {
    return server.getPort();
  }

  /** Returns how many connections there have been. */
  int connections() {
    return connections.get();
  }

  /** Returns how many of them there are now. */
  int openConnections() {
    return open.get();
  }

  int calls() {
    return calls.get();
  }

  /** Ends at once, as a crash does. */
  @Override
  public void close() {
    try {
      server.shutdownNow().awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(Duration work) {
    try {
      Thread.sleep(work.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
