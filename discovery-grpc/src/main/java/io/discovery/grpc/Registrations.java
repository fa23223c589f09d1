package io.discovery.grpc;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The registrations of one server, handled as one. Immutable. */
record Registrations(List<Registration> all) implements AutoCloseable {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  /** Registers all, or leaves none registered and throws as {@link Registry#register} does. */
  static Registrations of(
      Registry registry, List<ServiceInstance> instances, Optional<Duration> ttl) {
    List<Registration> done = new ArrayList<>();
    try {
      for (ServiceInstance instance : instances) {
        done.add(
            ttl.isPresent() ? registry.register(instance, ttl.get()) : registry.register(instance));
      }
      return new Registrations(List.copyOf(done));
    } catch (RuntimeException | Error e) {
      new Registrations(done).close();
      throw e;
    }
  }

  /** See {@link RegisteredServer#awaitRegistered}. */
  void await(Duration timeout) {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    for (Registration registration : all) {
      registration.awaitRegistered(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
  }

  /** See {@link RegisteredServer#update}. */
  CompletableFuture<Void> update(UnaryOperator<ServiceInstance> change) {
    // What does not fit one changes none.
    for (Registration registration : all) {
      ServiceInstance now = registration.instance();
      ServiceInstance next = Objects.requireNonNull(change.apply(now), "change");
      if (!next.service().equals(now.service()) || !next.id().equals(now.id())) {
        throw new IllegalArgumentException(
            "change: from " + now + " to " + next + " (expected: the same service and id)");
      }
    }
    return each(registration -> update(registration, change));
  }

  /** That one is over keeps no other from its update. */
  private static CompletableFuture<Void> update(
      Registration registration, UnaryOperator<ServiceInstance> change) {
    try {
      return registration.update(change);
    } catch (IllegalStateException over) {
      return CompletableFuture.failedFuture(over);
    }
  }

  /**
   * Deregisters all at a time: in an outage each waits for the close timeout, and one after the
   * other they would outlast the patience of whoever stops this process. An interrupt shortens
   * nothing and is preserved.
   */
  @Override
  public void close() {
    each(registration ->
            CompletableFuture.runAsync(registration::close, Registrations::onOwnThread))
        .handle(
            (done, error) -> {
              if (error != null) {
                LOG.log(Level.WARNING, "deregistering failed", error);
              }
              return null;
            })
        .join();
  }

  private CompletableFuture<Void> each(Function<Registration, CompletableFuture<Void>> begin) {
    return CompletableFuture.allOf(all.stream().map(begin).toArray(CompletableFuture<?>[]::new));
  }

  private static void onOwnThread(Runnable task) {
    Thread thread = new Thread(task, "discovery-grpc-leaving");
    thread.setDaemon(true);
    thread.start();
  }
}
