package io.discovery.examples.files;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Every call becomes one task for the disk thread, whose outcome comes back to the event loop. A
 * disk that hangs, or a process that froze in possession of the lock, thus blocks that thread only:
 * the stages fail in time and the engine tells its watchers.
 *
 * <p><b>Threading.</b> {@link FileStore} belongs to the disk thread, everything else to the event
 * loop. <b>Errors.</b> Whatever the disk says is {@code UNAVAILABLE}. <b>Lifecycle.</b> Records
 * that nobody released go with their time to live.
 */
final class FileBackend implements Backend {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final FileStore store;
  private final FileStore settings;
  private final Duration poll;
  private final RegistryConfig config;
  private final BackendContext context;
  private final EventLoop loop;
  private final ExecutorService disk;
  private volatile long progressAt;
  private boolean failing; // on the loop

  FileBackend(Path root, Duration poll, RegistryConfig config, BackendContext context) {
    this.poll = poll;
    this.config = config;
    this.context = context;
    this.loop = context.loop();
    this.store = new FileStore(root, config.namespace(), loop::nanoTime);
    this.settings = new FileStore(root, config.namespace() + ".settings", loop::nanoTime);
    this.progressAt = loop.nanoTime();
    this.disk =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, context.label() + "-disk");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    return new FileOwnership(this, service, id, ttl, listener);
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    return new FileSubscription(this, store, service, observer);
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    return new FileSubscription(this, settings, service, observer);
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    return read(() -> store.list(service));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    return read(store::services);
  }

  @Override
  public CompletionStage<Void> shutdown() {
    disk.shutdownNow(); // and drops what is queued
    return CompletableFuture.completedFuture(null);
  }

  FileStore store() {
    return store;
  }

  EventLoop loop() {
    return loop;
  }

  /** Returns the pause between two looks of a watch. */
  Duration poll() {
    return poll;
  }

  /** Runs a small task on the disk thread; the stage completes on the loop. */
  <T> CompletionStage<T> request(Callable<T> task) {
    return run(config.requestTimeout(), task);
  }

  /** Runs a complete read on the disk thread; the stage completes on the loop. */
  <T> CompletionStage<T> read(Callable<T> task) {
    return run(config.listTimeout(), task);
  }

  private <T> CompletionStage<T> run(Duration limit, Callable<T> task) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    outcome.exceptionally(
        failure -> {
          failed(false);
          return null;
        });
    awaitProgress(outcome, limit, loop.nanoTime());
    disk.execute(
        () -> {
          Runnable answer;
          try {
            T result = task.call();
            answer = () -> outcome.complete(result);
          } catch (DiscoveryException e) {
            answer = () -> outcome.completeExceptionally(e);
          } catch (Exception e) {
            answer = () -> outcome.completeExceptionally(failure(e.toString(), e));
          }
          progressAt = loop.nanoTime();
          loop.execute(answer);
        });
    return outcome;
  }

  /** Those who wait out a long backoff want to know when a disk that was gone answers again. */
  private void failed(boolean silent) {
    if (!failing) {
      failing = true;
      look(silent);
    }
  }

  private void look(boolean gone) {
    if (!disk.isShutdown()) {
      request(store::identity)
          .whenComplete(
              (identity, failure) -> {
                failing = failure != null;
                if (failing) {
                  loop.schedule(PAUSE, () -> look(true));
                } else if (gone) {
                  context.reachable();
                }
              });
    }
  }

  /** Fails what has waited this long, unless it waits in a queue that moves. */
  private void awaitProgress(CompletableFuture<?> outcome, Duration limit, long since) {
    loop.schedule(
        limit,
        () -> {
          if (!outcome.isDone() && progressAt - since > 0) {
            awaitProgress(outcome, limit, progressAt);
          } else {
            if (!outcome.isDone()) {
              failed(true);
            }
            outcome.completeExceptionally(failure("no answer within " + limit, null));
          }
        });
  }

  private DiscoveryException failure(String what, Exception cause) {
    return new DiscoveryException(Reason.UNAVAILABLE, "directory " + store + ": " + what, cause);
  }
}
