package io.discovery.tck;

import io.discovery.spi.Backend;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Faults in what a backend takes and gives back. */
final class WrongLives {
  private WrongLives() {}

  static Fault leakingWatches() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            return new Watched(super.subscribe(service, observer)) {
              @Override
              public void close() {}
            };
          }
        };
  }

  static Fault connectingPerWatch() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            Backend another = at.right();
            return new Watched(another.subscribe(service, observer)) {
              @Override
              public void close() {
                super.close();
                WrongWrites.forget(another.shutdown());
              }
            };
          }
        };
  }

  static Fault leakingConnections() {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Void> shutdown() {
            return CompletableFuture.completedFuture(null);
          }
        };
  }

  /** Each connection takes a lease for itself and never gives it back. */
  static Fault leakingLeases() {
    return at -> {
      Backend another = at.with(at.config().withNamespace("leases")).right();
      Ownership lease =
          another.own("lease", UUID.randomUUID().toString(), Duration.ofHours(1), cause -> {});
      WrongWrites.forget(lease.write(new Write(new byte[0], Write.Claim.TAKE_OVER, false)));
      return new Detour(at);
    };
  }

  static Fault leakingThreads() {
    return at -> {
      start(new Thread(() -> rest(new CountDownLatch(1)), at.context().label() + "-leaked"), true);
      return at.right();
    };
  }

  static Fault namelessThreads() {
    return threads("Thread-1", true);
  }

  static Fault userThreads() {
    return threads("speaking", false);
  }

  private static Fault threads(String name, boolean daemon) {
    return at -> {
      CountDownLatch over = new CountDownLatch(1);
      start(new Thread(() -> rest(over), name), daemon);
      return new Detour(at) {
        @Override
        public CompletionStage<Void> shutdown() {
          over.countDown();
          return super.shutdown();
        }
      };
    };
  }

  private static void start(Thread thread, boolean daemon) {
    thread.setDaemon(daemon);
    thread.start();
  }

  /** Bounded, so that what is leaked on purpose does not outlive the tests by far. */
  private static void rest(CountDownLatch over) {
    try {
      if (!over.await(30, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A client library that does not hear of the end goes on to connect, ten times a second. */
  static Fault reconnectingAfterClose() {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Void> shutdown() {
            knock(at, 20);
            return super.shutdown();
          }
        };
  }

  private static void knock(Wiring at, int times) {
    if (times > 0) {
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                at.link().knock();
                knock(at, times - 1);
              });
    }
  }

  /** Says farewell to a store that does not answer, for as long as it takes. */
  static Fault closingForEver() {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Void> shutdown() {
            long deadline = System.nanoTime() + 16_000_000_000L;
            while (!at.healthy() && deadline - System.nanoTime() > 0) {
              if (Thread.interrupted()) {
                continue; // as a client library does that takes no hint
              }
              LockSupport.parkNanos(10_000_000);
            }
            return super.shutdown();
          }
        };
  }

  /** Works only with an option given in code. */
  static Fault needingCode() {
    return at -> {
      if (at.config().option("link").isEmpty()) {
        throw new IllegalArgumentException("wrong.link: nothing (expected: a link)");
      }
      return at.right();
    };
  }
}
