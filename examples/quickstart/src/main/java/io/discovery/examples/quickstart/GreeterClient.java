package io.discovery.examples.quickstart;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;

/**
 * A client that calls whatever greeters are alive, ten times in turn. Run as {@link GreeterServer},
 * with the same {@code -Ddiscovery.backend}: {@code java … GreeterClient [NAME]}.
 */
public final class GreeterClient {
  /** Makes ten calls and prints the answers. */
  public static void main(String[] args) {
    String name = args.length == 0 ? "world" : args[0];
    ManagedChannel channel =
        Grpc.newChannelBuilder("discovery:///greeter", InsecureChannelCredentials.create())
            .defaultServiceConfig(Greeter.SERVICE_CONFIG)
            .build();
    CallOptions patient = CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS);
    for (int i = 0; i < 10; i++) {
      System.out.println(ClientCalls.blockingUnaryCall(channel, Greeter.GREET, patient, name));
    }
    channel.shutdown();
  }
}
