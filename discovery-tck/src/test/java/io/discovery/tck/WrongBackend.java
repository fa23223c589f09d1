package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.spi.Backend;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.EventLoop;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A {@link MemoryBackend} that does one thing {@link Wrong}. On the event loop. */
final class WrongBackend implements Backend {
  private final Wrong what;
  private final Backend right;
  private final EventLoop loop;
  private final Map<String, Listing> remembered = new HashMap<>();

  WrongBackend(Wrong what, Backend right, EventLoop loop) {
    this.what = what;
    this.right = right;
    this.loop = loop;
  }

  @Override
  public Ownership own(String service, String id, Duration ttl, Ownership.Listener listener) {
    Duration lasting = what == Wrong.IGNORES_THE_TTL ? ttl.multipliedBy(100) : ttl;
    Ownership.Listener told = what == Wrong.IGNORES_LOSSES ? cause -> {} : listener;
    return new WrongOwnership(what, right.own(service, id, lasting, told), loop, this, service, id);
  }

  @Override
  public Subscription subscribe(String service, Observer observer) {
    Subscription subscription = right.subscribe(service, new WrongObserver(observer));
    return new Subscription() {
      @Override
      public CompletionStage<Void> probe() {
        return what == Wrong.CLAIMS_TO_BE_ALIVE
            ? CompletableFuture.completedFuture(null)
            : subscription.probe();
      }

      @Override
      public void close() {
        if (what != Wrong.LEAKS_WATCHES) {
          subscription.close();
        }
      }
    };
  }

  @Override
  public CompletionStage<Listing> list(String service) {
    if (what == Wrong.LISTS_FROM_MEMORY && remembered.containsKey(service)) {
      return CompletableFuture.completedFuture(remembered.get(service));
    }
    return right
        .list(service)
        .thenApply(
            listing -> {
              remembered.put(service, listing);
              return listing;
            });
  }

  @Override
  public CompletionStage<Set<String>> services() {
    return right.services();
  }

  @Override
  public CompletionStage<Void> shutdown() {
    return right.shutdown();
  }

  /** What is wrong with what is told. */
  private final class WrongObserver implements Observer {
    private final Observer observer;
    private final Set<String> known = new HashSet<>();
    private boolean listed;
    private int deltas;

    WrongObserver(Observer observer) {
      this.observer = observer;
    }

    @Override
    public void onListing(Listing listing) {
      listed = true;
      List<Entry> entries = listing.entries();
      entries.forEach(entry -> known.add(entry.id()));
      if (what == Wrong.LISTS_INCOMPLETELY && !entries.isEmpty()) {
        observer.onListing(
            new Listing(listing.store(), listing.revision(), entries.subList(1, entries.size())));
      } else if (what == Wrong.HIDES_RESETS) {
        observer.onListing(new Listing("", 0, entries));
      } else {
        observer.onListing(listing);
      }
    }

    @Override
    public void onDelta(Delta delta) {
      if (what == Wrong.LOSES_CHANGES && deltas++ % 2 == 1) {
        return;
      }
      for (Entry entry : delta.puts()) {
        if (!known.add(entry.id()) && what == Wrong.REMOVES_TO_UPDATE) {
          observer.onDelta(new Delta(delta.revision(), List.of(), List.of(entry.id())));
        }
      }
      observer.onDelta(delta);
    }

    @Override
    public void onEnd(DiscoveryException cause) {
      if (what == Wrong.TAKES_FAILURE_FOR_EMPTINESS && !listed) {
        observer.onListing(new Listing("", 0, List.of()));
      }
      observer.onEnd(cause);
    }
  }
}
