package io.discovery.grpc;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Where a server to register comes from, and who ends it if that fails. */
sealed interface ServerSource {
  /**
   * Returns the server, running.
   *
   * @throws UncheckedIOException if it does not start; then nothing is left of it
   * @throws IllegalStateException if it should run already and does not
   */
  Server start(Optional<ServerHealth> health, Optional<InstanceHeader> header);

  /** Ends a server that will not be registered. */
  void giveUp(Server server);

  /** One that its owner has started, and will end. */
  record Running(Server server) implements ServerSource {
    @Override
    public Server start(Optional<ServerHealth> health, Optional<InstanceHeader> header) {
      try {
        server.getListenSockets();
        return server;
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            "server: " + e.getMessage() + " (expected: a running one; start() comes first)", e);
      }
    }

    @Override
    public void giveUp(Server server) {}
  }

  /** One to be built. */
  record Unbuilt(ServerBuilder<?> builder) implements ServerSource {
    @Override
    public Server start(Optional<ServerHealth> health, Optional<InstanceHeader> header) {
      health.ifPresent(present -> builder.addService(present.service()));
      // The last one added sees a call first, so also what the others refuse is answered with it.
      header.ifPresent(builder::intercept);
      Server server = builder.build();
      try {
        return server.start();
      } catch (IOException e) {
        giveUp(server);
        throw new UncheckedIOException(
            "the server does not start: "
                + e.getMessage()
                + " (expected: an address of this machine with a free port; port 0 is any)",
            e);
      } catch (RuntimeException | Error e) {
        giveUp(server);
        throw e;
      }
    }

    @Override
    public void giveUp(Server server) {
      try {
        server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
