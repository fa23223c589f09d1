package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A backend driven over its SPI alone, on a plain single-threaded loop and without the engine: what
 * the backend reports is seen raw, and nothing heals behind a test's back.
 */
final class Driver implements BackendContext, AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(10);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String label = "driver-" + COUNT.incrementAndGet();
  private final Loop loop = new Loop();
  private final AtomicInteger reachable = new AtomicInteger();
  private final AtomicInteger offers = new AtomicInteger();
  private final List<Throwable> strays = new CopyOnWriteArrayList<>();
  private final Backend backend;
  private boolean closed;

  /** The single thread. */
  private final class Loop implements EventLoop {
    private final ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, task -> thread = daemon(task));
    private volatile Thread thread;

    private Thread daemon(Runnable task) {
      Thread created = new Thread(task, label);
      created.setDaemon(true);
      return created;
    }

    private Runnable contained(Runnable task) {
      return () -> {
        try {
          task.run();
        } catch (RuntimeException | Error e) {
          strays.add(e);
        }
      };
    }

    @Override
    public void execute(Runnable task) {
      executor.execute(contained(task));
    }

    @Override
    public void executeHere(Runnable task) {
      offers.incrementAndGet();
      execute(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      var future = executor.schedule(contained(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    }

    @Override
    public boolean inLoop() {
      return Thread.currentThread() == thread;
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  Driver(RegistryConfig config) {
    this(new ZooKeeperBackendProvider(), config);
  }

  Driver(BackendProvider provider, RegistryConfig config) {
    backend = provider.connect(config.withBackend("zookeeper").withFormat("curator"), this);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public void reachable() {
    reachable.incrementAndGet();
  }

  int reachableCalls() {
    return reachable.get();
  }

  /** Returns how often a client's thread was offered for a task. */
  int offers() {
    return offers.get();
  }

  /** Calls the backend on the loop and waits for the stage. */
  <T> T call(Function<Backend, CompletionStage<T>> call) {
    return join(start(call));
  }

  <T> CompletableFuture<T> start(Function<Backend, CompletionStage<T>> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(
        () ->
            call.apply(backend)
                .whenComplete(
                    (value, failure) -> {
                      if (failure == null) {
                        result.complete(value);
                      } else {
                        result.completeExceptionally(failure);
                      }
                    }));
    return result;
  }

  <T> T onLoop(Supplier<T> action) {
    return join(CompletableFuture.supplyAsync(action, loop));
  }

  /** Calls and returns the failure. */
  DiscoveryException failure(Function<Backend, CompletionStage<?>> call) {
    try {
      Object value = call(b -> call.apply(b).thenApply(v -> (Object) v));
      throw new AssertionError("expected a failure, got " + value);
    } catch (CompletionException e) {
      if (e.getCause() instanceof DiscoveryException known) {
        return known;
      }
      throw new AssertionError("expected a DiscoveryException", e);
    }
  }

  static DiscoveryException.Reason reason(CompletableFuture<?> failed) {
    try {
      throw new AssertionError("expected a failure, got " + join(failed));
    } catch (CompletionException e) {
      return ((DiscoveryException) e.getCause()).reason();
    }
  }

  /** Repeats until the attempt fails, as soon as the backend has noticed a fault. */
  DiscoveryException eventuallyFails(Function<Backend, CompletionStage<?>> call) {
    AtomicReference<DiscoveryException> failure = new AtomicReference<>();
    Await.until(
        "an attempt fails",
        SOON,
        () -> {
          try {
            call(b -> call.apply(b).thenApply(v -> (Object) v));
            return false;
          } catch (CompletionException e) {
            failure.set((DiscoveryException) e.getCause());
            return true;
          }
        });
    return failure.get();
  }

  /** Repeats until the attempt succeeds, as the engine would. */
  <T> T eventually(Duration within, Function<Backend, CompletionStage<T>> call) {
    AtomicReference<T> result = new AtomicReference<>();
    AtomicReference<Throwable> last = new AtomicReference<>();
    Await.until(
        () -> "an attempt succeeds; last failure: " + last,
        within,
        () -> {
          try {
            result.set(call(call));
            return true;
          } catch (CompletionException e) {
            last.set(e.getCause());
            return false;
          }
        });
    return result.get();
  }

  Owner own(String service, String id) {
    return own(service, id, Duration.ofSeconds(4));
  }

  Owner own(String service, String id, Duration ttl) {
    Owner owner = new Owner();
    owner.ownership = onLoop(() -> backend.own(service, id, ttl, owner));
    return owner;
  }

  Seen subscribe(String service) {
    Seen seen = new Seen(loop);
    seen.subscription = onLoop(() -> backend.subscribe(service, seen));
    return seen;
  }

  static <T> T join(CompletableFuture<T> future) {
    try {
      return future.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("a stage did not complete within " + SOON, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** One record's handle, and what its listener hears. */
  final class Owner implements Ownership.Listener {
    private final List<DiscoveryException> losses = new CopyOnWriteArrayList<>();
    private Ownership ownership;

    @Override
    public void onLost(DiscoveryException cause) {
      losses.add(cause);
      if (!loop.inLoop()) {
        strays.add(new AssertionError("onLost on " + Thread.currentThread()));
      }
    }

    Duration takeOver(String value) {
      return call(b -> ownership.write(write(value, Write.Claim.TAKE_OVER, false)));
    }

    Duration heal(String value) {
      return call(b -> ownership.write(write(value, Write.Claim.HEAL, false)));
    }

    Duration relocate(String value) {
      return call(b -> ownership.write(write(value, Write.Claim.HEAL, true)));
    }

    /** For {@link #eventually}: on the loop. */
    CompletionStage<Duration> startHeal(String value) {
      return ownership.write(write(value, Write.Claim.HEAL, false));
    }

    CompletableFuture<Duration> start(String value, Write.Claim claim) {
      return Driver.this.start(b -> ownership.write(write(value, claim, false)));
    }

    DiscoveryException refused(String value, Write.Claim claim) {
      return failure(b -> ownership.write(write(value, claim, false)));
    }

    void release() {
      call(b -> ownership.release());
    }

    /** For {@link #eventually}: on the loop. */
    CompletionStage<Void> startRelease() {
      return ownership.release();
    }

    List<DiscoveryException> losses() {
      return losses;
    }

    void awaitLoss() {
      Await.until("onLost", SOON, () -> !losses.isEmpty());
    }
  }

  static Write write(String value, Write.Claim claim, boolean relocated) {
    return new Write(Seen.bytes(value), claim, relocated);
  }

  DiscoveryException probeFailure(Subscription subscription) {
    return failure(b -> subscription.probe());
  }

  void probe(Seen seen) {
    call(b -> seen.subscription.probe());
  }

  void close(Seen seen) {
    onLoop(
        () -> {
          seen.subscription.close();
          return true;
        });
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      call(Backend::shutdown);
      loop.executor.shutdownNow();
    }
    if (!strays.isEmpty()) {
      throw new AssertionError("on the loop", strays.get(0));
    }
  }
}
