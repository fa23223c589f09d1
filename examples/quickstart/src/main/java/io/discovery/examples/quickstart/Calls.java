package io.discovery.examples.quickstart;

import io.discovery.Registry;
import io.discovery.grpc.DiscoveryNameResolverProvider;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A hundred calls a second to {@code discovery:///greeter}, whatever happens. */
final class Calls implements AutoCloseable {
  static final String TARGET = "discovery:///greeter";
  private static final int INTERVAL_MILLIS = 10;
  // Not a promise of ours but the end of patience: the first calls meet servers that are still
  // cold.
  private static final int DEADLINE_SECONDS = 20;

  private final Scoreboard scoreboard;
  private final ManagedChannel channel;
  private final CallOptions options;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "calls");
            thread.setDaemon(true);
            return thread;
          });

  Calls(Registry registry, Scoreboard scoreboard) {
    this.scoreboard = scoreboard;
    this.channel =
        Grpc.newChannelBuilder(TARGET, InsecureChannelCredentials.create())
            .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry)
            .defaultServiceConfig(Greeter.SERVICE_CONFIG)
            .build();
    this.options = CallOptions.DEFAULT.withStreamTracerFactory(new Attempts());
  }

  /** Counts what goes out to servers: more than there are calls if some had to be sent again. */
  private final class Attempts extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      scoreboard.attempted();
      return new ClientStreamTracer() {};
    }
  }

  void start() {
    var unused = clock.scheduleAtFixedRate(this::call, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void call() {
    ClientCall<String, String> call =
        channel.newCall(
            Greeter.GREET, options.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
    ClientCalls.asyncUnaryCall(
        call,
        "world",
        new StreamObserver<>() {
          @Override
          public void onNext(String answer) {
            SocketAddress server = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            scoreboard.answered(authority(server));
          }

          @Override
          public void onError(Throwable failure) {
            scoreboard.failed(failure.getMessage());
          }

          @Override
          public void onCompleted() {}
        });
  }

  private static String authority(SocketAddress server) {
    InetSocketAddress address = (InetSocketAddress) server;
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /** Makes no more calls and waits for those under way. */
  @Override
  public void close() {
    clock.shutdownNow();
    channel.shutdown();
    try {
      if (!channel.awaitTermination(DEADLINE_SECONDS + 1, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
