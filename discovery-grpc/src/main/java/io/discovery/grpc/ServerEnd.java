package io.discovery.grpc;

import io.grpc.Server;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for the end of a server, whoever brings it about: else the records of one that its owner
 * has shut down would be renewed as long as the process lives. gRPC tells of it in no other way
 * than to a thread that waits. This one keeps no JVM alive.
 */
record ServerEnd(Thread waiting) {
  /** Closes a registered server at the end of its server, if it is or will be registered. */
  static ServerEnd closing(Server server, CompletableFuture<RegisteredServer> registered) {
    Thread thread =
        new Thread(
            () ->
                registered
                    .handle((there, failure) -> Optional.ofNullable(there))
                    .join()
                    .ifPresent(there -> await(server, there)),
            "discovery-grpc-server-end");
    thread.setDaemon(true);
    thread.start();
    return new ServerEnd(thread);
  }

  private static void await(Server server, RegisteredServer registered) {
    try {
      server.awaitTermination();
      registered.close();
    } catch (InterruptedException closed) {
      // Nothing is left to do.
    }
  }

  /** Waits no longer: a server whose calls do not obey may outlive its closing. */
  void ignore() {
    waiting.interrupt();
  }
}
