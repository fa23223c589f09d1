package io.discovery;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one guest's callbacks on the listener pool: never two at a time, never under a lock, never
 * after {@link #awaitIdle} has returned (rules 3.14, 3.15). It carries no messages: a signal says
 * that there is news, and the drain delivers the newest.
 *
 * <p>{@link #signal}, {@link #shut} and {@link #awaitIdle} may be called from any thread.
 */
final class Mailbox {
  /**
   * A callback that has passed the gate may not have begun yet; closing waits for it, but not for
   * one that blocks.
   */
  private static final long CLOSE_WAIT_NANOS = 100_000_000;

  private final Engine engine;
  private final Runnable drain;
  private final AtomicInteger signals = new AtomicInteger();
  private final Object gate = new Object();
  private Thread runner; // guarded by gate: who runs a callback now
  private boolean closed; // guarded by gate

  Mailbox(Engine engine, Runnable drain) {
    this.engine = engine;
    this.drain = drain;
  }

  /** Makes sure that a drain begins after this call. */
  void signal() {
    if (signals.getAndIncrement() == 0) {
      engine.listeners.execute(this::run);
    }
  }

  private void run() {
    int seen = signals.get();
    drain.run();
    if (signals.addAndGet(-seen) != 0) {
      engine.listeners.execute(this::run);
    }
  }

  /** Runs a callback within a drain, unless closed. Whatever it throws is contained and counted. */
  void call(Runnable callback) {
    synchronized (gate) {
      if (closed || engine.isClosed()) {
        return;
      }
      runner = Thread.currentThread();
    }
    try {
      callback.run();
    } catch (Throwable guest) {
      engine.counters.listenerFailures.increment();
      Engine.LOG.log(Level.WARNING, "a listener failed; it stays registered", guest);
    } finally {
      synchronized (gate) {
        runner = null;
        gate.notifyAll();
      }
    }
  }

  /** Lets no further callback pass the gate. */
  void shut() {
    synchronized (gate) {
      closed = true;
    }
  }

  /**
   * After {@link #shut}: waits until the callback under way, if any, has ended or clearly blocks.
   */
  void awaitIdle() {
    long deadline = System.nanoTime() + CLOSE_WAIT_NANOS;
    boolean interrupted = false;
    synchronized (gate) {
      while (runner != null && runner != Thread.currentThread() && deadline > System.nanoTime()) {
        try {
          gate.wait(1 + (deadline - System.nanoTime()) / 1_000_000);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
