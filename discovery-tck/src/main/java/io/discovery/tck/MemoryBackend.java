package io.discovery.tck;

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
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One client of a {@link MemoryStore}. Everything here lives on the event loop of its registry;
 * answers come by way of the loop's queue, never from within the request, as those of a real store
 * do.
 */
final class MemoryBackend implements Backend {
  private static final Duration SWEEP = Duration.ofMillis(50);

  private final MemoryStore store;
  private final MemoryLink link;
  private final RegistryConfig config;
  private final BackendContext context;
  private final Set<MemoryOwnership> owned = new HashSet<>();
  private final Set<MemorySubscription> subscriptions = new HashSet<>();
  private MemoryFault lastFault = MemoryFault.NONE;
  private boolean over;

  MemoryBackend(MemoryStore store, MemoryLink link, RegistryConfig config, BackendContext context) {
    this.store = store;
    this.link = link;
    this.config = config;
    this.context = context;
    link.knock();
    store.join(this, context.loop()::nanoTime);
    sweep();
  }

  /** Time passes by the clients' clock, so it is they who tell the store. */
  private void sweep() {
    if (!over) {
      store.sweep();
      MemoryFault before = lastFault;
      lastFault = fault();
      if (before != MemoryFault.NONE && lastFault == MemoryFault.NONE) {
        context.reachable();
      }
      loop().schedule(SWEEP, this::sweep);
    }
  }

  /** After a connection has ended: tells whether a new one can be had. */
  void reconnect() {
    if (fault() == MemoryFault.NONE) {
      loop().execute(context::reachable);
    }
  }

  EventLoop loop() {
    return context.loop();
  }

  MemoryStore store() {
    return store;
  }

  MemoryLink link() {
    return link;
  }

  RegistryConfig config() {
    return config;
  }

  MemoryFault fault() {
    return store.faultOn(link);
  }

  /** Makes one request, and answers or fails within {@code timeout}. */
  <T> CompletionStage<T> call(Duration timeout, Supplier<T> request) {
    MemoryFault fault = fault();
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (fault == MemoryFault.REFUSED) {
      link.knock();
      loop().execute(() -> answer.completeExceptionally(unavailable("connection refused")));
      return answer;
    }
    if (fault != MemoryFault.NONE) {
      loop()
          .schedule(
              timeout,
              () -> answer.completeExceptionally(unavailable("no answer within " + timeout)));
    }
    if (fault != MemoryFault.SILENT) {
      try {
        T result = request.get();
        if (fault == MemoryFault.NONE) {
          loop().execute(() -> answer.complete(result));
        }
      } catch (DiscoveryException refusal) {
        if (fault == MemoryFault.NONE) {
          loop().execute(() -> answer.completeExceptionally(refusal));
        }
      }
    }
    return answer;
  }

  private DiscoveryException unavailable(String why) {
    return new DiscoveryException(Reason.UNAVAILABLE, this + ": " + why);
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    String key = MemoryStore.prefix(config.namespace(), service) + id;
    MemoryOwnership ownership = new MemoryOwnership(this, key, ttl, listener);
    owned.add(ownership);
    return ownership;
  }

  void forget(MemoryOwnership ownership) {
    owned.remove(ownership);
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    return follow(MemoryStore.prefix(config.namespace(), service), observer);
  }

  @Override
  public Subscription subscribeSettings(String service, Observer observer) {
    return follow(MemoryStore.prefix(config.namespace() + ".settings", service), observer);
  }

  private Subscription follow(String prefix, Observer observer) {
    MemorySubscription subscription = new MemorySubscription(this, prefix, observer);
    subscriptions.add(subscription);
    call(
            config.listTimeout(),
            () -> {
              store.follow(subscription);
              return null;
            })
        .whenComplete(
            (begun, failure) -> {
              if (failure != null) {
                store.unfollow(subscription);
                subscription.end(failure.getMessage());
              }
            });
    return subscription;
  }

  void forget(MemorySubscription subscription) {
    subscriptions.remove(subscription);
    store.unfollow(subscription);
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    String prefix = MemoryStore.prefix(config.namespace(), service);
    return call(config.listTimeout(), () -> store.list(prefix));
  }

  @Override
  public CompletionStage<Set<String>> services() {
    return call(config.listTimeout(), () -> store.services(config.namespace() + "/"));
  }

  @Override
  public CompletionStage<Void> shutdown() {
    List.copyOf(subscriptions).forEach(MemorySubscription::close);
    CompletionStage<Void> released =
        CompletableFuture.allOf(
            List.copyOf(owned).stream()
                .map(ownership -> ownership.release().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    return released.whenComplete(
        (done, failure) -> {
          over = true;
          store.leave(this);
        });
  }

  @Override
  public String toString() {
    return link.toString();
  }
}
