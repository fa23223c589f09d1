package io.discovery.grpc;

import io.grpc.Server;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The order of leaving that loses no call, see {@link RegisteredServer#close}. Immutable.
 *
 * @param byWeight whether to ask for no traffic before deregistering
 * @param quietPeriod how long clients may take to hear of a step
 * @param drainTimeout how long calls under way may take to end
 */
record Departure(
    Optional<ServerHealth> health,
    Runnable beforeLeaving,
    boolean byWeight,
    Duration quietPeriod,
    Duration drainTimeout) {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  /** As long as a registry by default waits for the acknowledgement of a deregistration. */
  private static final Duration WEIGHT_TIMEOUT = Duration.ofSeconds(2);

  /** Cancelled calls end at once; this is for their last writes. */
  private static final Duration AFTER_CANCEL = Duration.ofSeconds(1);

  /**
   * Takes a server down. Blocks meanwhile; an interrupt ends the waiting but not the leaving, and
   * is preserved.
   */
  void leave(Server server, Registrations registrations) {
    contained("reporting NOT_SERVING", () -> health.ifPresent(ServerHealth::leaving));
    contained("the hook before leaving", beforeLeaving);
    if (byWeight && !server.isTerminated() && askForNoTraffic(registrations)) {
      serveOn(server);
    }
    registrations.close();
    serveOn(server);
    server.shutdown();
    try {
      if (!server.awaitTermination(nanos(drainTimeout), TimeUnit.NANOSECONDS)) {
        LOG.log(Level.WARNING, "cancelling the calls still under way after {0}", drainTimeout);
        server.shutdownNow();
        server.awaitTermination(AFTER_CANCEL.toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether clients can have heard of it. */
  private static boolean askForNoTraffic(Registrations registrations) {
    try {
      registrations
          .update(instance -> instance.withWeight(0))
          .get(WEIGHT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      LOG.log(Level.DEBUG, "weight 0 was not published for each service", e.getCause());
      return true;
    } catch (TimeoutException outage) {
      LOG.log(Level.DEBUG, "weight 0 was not acknowledged within {0}", WEIGHT_TIMEOUT);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void serveOn(Server server) {
    try {
      // Ends early if somebody else takes the server down.
      server.awaitTermination(nanos(quietPeriod), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static Duration notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 or more)");
    }
    return value;
  }

  /** "For ever" is in order, too. */
  private static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  private static void contained(String what, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, what + " failed; leaving all the same", e);
    }
  }
}
