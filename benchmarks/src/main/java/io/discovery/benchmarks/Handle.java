package io.discovery.benchmarks;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A watch, or a registration. */
interface Handle extends AutoCloseable {
  long PATIENCE_SECONDS = 60;

  /** Waits until the watch has its first view, or the registration is acknowledged. */
  void await() throws Exception;

  @Override
  void close();

  /** An action that may fail as client libraries do. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;

    /** Turns what it throws into something that need not be declared. */
    static void unchecked(Action action) {
      try {
        action.run();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Of what is there when {@code ready} completes, for which it waits a minute. */
  static Handle of(Future<?> ready, Action close) {
    return of(() -> ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS), close);
  }

  static Handle of(Action await, Action close) {
    return new Handle() {
      @Override
      public void await() throws Exception {
        await.run();
      }

      @Override
      public void close() {
        Action.unchecked(close);
      }
    };
  }
}
