package io.discovery.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The service of the examples, text in and text out: what protoc would generate from a file. */
final class Greeter {
  /** The name under which clients find it. */
  static final String NAME = "greeter";

  private static final String SERVICE = "quickstart.Greeter";

  static final MethodDescriptor<String, String> GREET =
      MethodDescriptor.<String, String>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Greet"))
          .setRequestMarshaller(new Text())
          .setResponseMarshaller(new Text())
          .build();

  /**
   * What a careful client asks for: every server in turn, calls that wait for the first one, and up
   * to three more attempts where a server died under a call: a greeting may be given twice. Netty's
   * transport reports that mostly as UNAVAILABLE, and as UNKNOWN if it was about to write
   * (grpc-java issue 10120).
   */
  static final Map<String, ?> SERVICE_CONFIG =
      Map.of(
          "loadBalancingConfig",
          List.of(Map.of("round_robin", Map.of())),
          "methodConfig",
          List.of(
              Map.of(
                  "name",
                  List.of(Map.of("service", SERVICE)),
                  "waitForReady",
                  true,
                  "retryPolicy",
                  Map.of(
                      "maxAttempts",
                      4.0,
                      "initialBackoff",
                      "0.05s",
                      "maxBackoff",
                      "0.5s",
                      "backoffMultiplier",
                      2.0,
                      "retryableStatusCodes",
                      List.of("UNAVAILABLE", "UNKNOWN")))));

  private Greeter() {}

  /** Returns the server's side. */
  static ServerServiceDefinition service(UnaryOperator<String> greet) {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(
            GREET,
            ServerCalls.asyncUnaryCall(
                (name, answer) -> {
                  answer.onNext(greet.apply(name));
                  answer.onCompleted();
                }))
        .build();
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String text) {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("unreadable message")
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
