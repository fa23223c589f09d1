package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Backend;
import io.discovery.spi.EventLoop;
import java.lang.System.Logger;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What the parts of one registry share. Time, randomness and threads come in from outside, so that
 * all of it runs under virtual time. Immutable but for the backend, which is set once before use,
 * and the window, which belongs to the loop; the rest is safe for any thread.
 */
final class Engine {
  static final Logger LOG = System.getLogger("io.discovery");

  final String label;
  final RegistryConfig config;
  final InstanceCodec codec;
  final EventLoop loop;
  final Executor listeners;
  final RandomGenerator random;
  final InstantSource clock;
  final Waiting waiting;
  final Moments moments; // at which views try again
  final Counters counters = new Counters();
  final Window window = new Window();
  private volatile boolean closed;
  private Backend backend;

  Engine(
      String label,
      RegistryConfig config,
      EventLoop loop,
      Executor listeners,
      RandomGenerator random,
      InstantSource clock,
      Waiting waiting) {
    this.label = label;
    this.config = config;
    this.codec = Codecs.named(config.format().orElseThrow());
    this.loop = loop;
    this.listeners = listeners;
    this.random = random;
    this.moments = new Moments(loop, random);
    this.clock = clock;
    this.waiting = waiting;
  }

  /** Lets no further callback begin: of closed registrations, too, states may be left to tell. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  Decoder decoder(String service) {
    return new Decoder(codec, service, config.maxInstances(), listeners);
  }

  void use(Backend backend) {
    this.backend = backend;
  }

  Backend backend() {
    return backend;
  }

  /**
   * Every method that touches engine state begins with this: the state belongs to the loop and to
   * nobody else.
   */
  void checkLoop() {
    if (!loop.inLoop()) {
      throw new IllegalStateException(
          "on " + Thread.currentThread() + " (expected: the event loop of " + label + ")");
    }
  }

  /** Runs on the loop: now if this is the loop, soon otherwise. */
  void onLoop(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /**
   * Makes one attempt of the backend and hands its outcome to {@code done} on the loop, exactly one
   * argument being null.
   */
  <T> void attempt(Supplier<CompletionStage<T>> attempt, BiConsumer<T, DiscoveryException> done) {
    checkLoop();
    CompletionStage<T> stage;
    try {
      stage = attempt.get();
    } catch (RuntimeException | Error e) { // a class that cannot be loaded, for instance
      done.accept(null, failure(e));
      return;
    }
    stage.whenComplete(
        (result, error) ->
            onLoop(() -> done.accept(result, error == null ? null : failure(error))));
  }

  /** Returns what a backend failed with in the one form the engine knows. */
  static DiscoveryException failure(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof DiscoveryException known
        ? known
        : new DiscoveryException(
            Reason.UNAVAILABLE, "the backend failed: " + Names.escape(cause.toString()), cause);
  }
}
