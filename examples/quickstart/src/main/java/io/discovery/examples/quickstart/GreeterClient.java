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
    // The first call may come before anybody has answered where the greeters are.
    CallOptions patient = CallOptions.DEFAULT.withWaitForReady();
    for (int i = 0; i < 10; i++) {
      CallOptions bounded = patient.withDeadlineAfter(10, TimeUnit.SECONDS);
      System.out.println(ClientCalls.blockingUnaryCall(channel, Greeter.GREET, bounded, name));
    }
    channel.shutdown();
  }
}
