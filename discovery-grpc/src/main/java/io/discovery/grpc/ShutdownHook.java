package io.discovery.grpc;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What the JVM runs when it ends in good order, unless removed before. Removing it while it runs,
 * as closing in it does, is in order too.
 */
record ShutdownHook(Optional<Thread> thread) {
  static final ShutdownHook NONE = new ShutdownHook(Optional.empty());

  /**
   * Makes the JVM run a task at its end.
   *
   * @throws IllegalStateException if it is ending already
   */
  static ShutdownHook of(Runnable task) {
    Thread thread = new Thread(task, "discovery-grpc-shutdown");
    Runtime.getRuntime().addShutdownHook(thread);
    return new ShutdownHook(Optional.of(thread));
  }

  /**
   * Makes the JVM close a server at its end, as soon as that is there or will not come.
   *
   * @throws IllegalStateException if it is ending already
   */
  static ShutdownHook closing(CompletableFuture<RegisteredServer> server) {
    return of(
        () ->
            server
                .handle((there, failure) -> Optional.ofNullable(there))
                .join()
                .ifPresent(RegisteredServer::close));
  }

  void remove() {
    thread.ifPresent(
        hook -> {
          try {
            Runtime.getRuntime().removeShutdownHook(hook);
          } catch (IllegalStateException ending) {
            // It runs or has run.
          }
        });
  }
}
