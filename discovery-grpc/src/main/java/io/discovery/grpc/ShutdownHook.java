package io.discovery.grpc;

import java.util.Optional;

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
