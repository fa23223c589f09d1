package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException;
import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * One backend driven over the SPI as the engine does, from the test's thread: each call hops to the
 * loop and waits for the stage. {@link #close} shuts the backend down and checks that it kept to
 * its two seconds.
 */
final class Driver implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(5);
  static final Duration TTL = Duration.ofSeconds(2);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  final TestLoop loop = new TestLoop();
  final Backend backend;
  final AtomicInteger reachable = new AtomicInteger();
  final String label = "driver-" + NUMBER.incrementAndGet();

  private final BackendContext context =
      new BackendContext() {
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
      };

  Driver(RegistryConfig config) {
    this(new EtcdBackendProvider(), config);
  }

  Driver(EtcdBackendProvider provider, RegistryConfig config) {
    this.backend = provider.connect(config.withBackend("etcd"), context);
  }

  /** One record with its handle and what the handle reported. */
  final class Owned {
    final List<DiscoveryException> lost = new CopyOnWriteArrayList<>();
    final Ownership ownership;

    private Owned(String service, String id, Duration ttl) {
      ownership = loop.call(() -> backend.own(service, id, ttl, lost::add));
    }

    Duration take(String value) {
      return write(value, Write.Claim.TAKE_OVER);
    }

    Duration heal(String value) {
      return write(value, Write.Claim.HEAL);
    }

    CompletableFuture<Duration> start(String value, Write.Claim claim) {
      return begin(() -> ownership.write(new Write(value.getBytes(UTF_8), claim, false)));
    }

    void release() {
      await(begin(ownership::release));
    }

    DiscoveryException awaitLost(Duration within) {
      Await.until("onLost of a record", within, () -> !lost.isEmpty());
      return lost.get(lost.size() - 1);
    }

    private Duration write(String value, Write.Claim claim) {
      return await(start(value, claim));
    }
  }

  Owned own(String service, String id) {
    return own(service, id, TTL);
  }

  Owned own(String service, String id, Duration ttl) {
    return new Owned(service, id, ttl);
  }

  /** Registers with this content. */
  Owned registered(String service, String id, String value) {
    Owned owned = own(service, id);
    owned.take(value);
    return owned;
  }

  View subscribe(String service) {
    return subscribe(service, new View(loop));
  }

  View subscribe(String service, View view) {
    view.subscription = loop.call(() -> backend.subscribe(service, view));
    return view;
  }

  /** Subscribes and waits for the listing. */
  View watch(String service) {
    View view = subscribe(service);
    Await.until("the listing of " + service, SOON, () -> view.listing().isPresent());
    return view;
  }

  CompletableFuture<Void> probe(Subscription subscription) {
    return begin(subscription::probe);
  }

  Listing list(String service) {
    return await(begin(() -> backend.list(service)));
  }

  Set<String> services() {
    return await(begin(backend::services));
  }

  /** Begins an operation on the loop. */
  <T> CompletableFuture<T> begin(Supplier<CompletionStage<T>> operation) {
    return loop.call(operation).toCompletableFuture();
  }

  /** Waits for an operation; its failure is thrown as it is. */
  static <T> T await(CompletableFuture<T> stage) {
    try {
      return stage.orTimeout(12, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DiscoveryException failure) {
        throw failure;
      }
      throw new AssertionError("failed with something else than a DiscoveryException", e);
    }
  }

  /** Ends the process that owns the records, as kill -9 would: nothing is released. */
  void abandon() {
    loop.close();
  }

  @Override
  public void close() {
    CompletableFuture<Void> over = begin(backend::shutdown);
    try {
      over.get(2500, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("shutdown took more than two seconds", e);
    } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
      throw new AssertionError("shutdown failed", e);
    } finally {
      loop.close();
    }
  }
}
