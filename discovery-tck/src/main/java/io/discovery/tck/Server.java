package io.discovery.tck;

/**
 * The store that a test may hurt. Every method returns when the effect is there, each is
 * idempotent, and the address and (but for {@link #wipe}) the data stay the same throughout. May be
 * called from any thread; fails with {@link IllegalStateException} when the effect cannot be
 * brought about in a bounded time.
 */
public interface Server {
  /** Starts the server if it is not running, or resumes it, and waits until it answers reads. */
  void start();

  /** Stops the server in good order. */
  void stop();

  /** Ends the server at once, as a crash does. */
  void kill();

  /** Freezes the server: connections stay open and nothing answers. */
  void pause();

  /** Ends a freeze. */
  void resume();

  /** Loses all data: ends the server, deletes what it stored, and starts it empty. */
  void wipe();

  /** Stops the server in good order and starts it again on the same address and data. */
  default void restart() {
    stop();
    start();
  }
}
