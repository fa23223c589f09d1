package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Faults in single reads. */
final class WrongReads {
  private WrongReads() {}

  static Fault losingPages() {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Listing> list(String service) {
            return super.list(service).thenApply(WrongViews::withoutSecondPage);
          }
        };
  }

  /** A read is served from the one before. */
  static Fault remembered() {
    return at -> {
      Map<String, Listing> remembered = new HashMap<>();
      return new Detour(at) {
        @Override
        public CompletionStage<Listing> list(String service) {
          return super.list(service)
              .thenApply(
                  listing -> {
                    Listing before = remembered.put(service, listing);
                    return before == null ? listing : before;
                  });
        }
      };
    };
  }

  static Fault guessing() {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Listing> list(String service) {
            return at.healthy()
                ? super.list(service)
                : CompletableFuture.completedFuture(new Listing("", 0, List.of()));
          }
        };
  }

  /** A service stays when its last record has gone. */
  static Fault keepingEmptyServices() {
    Set<String> parents = ConcurrentHashMap.newKeySet(); // they are in the store
    return at ->
        new Parents(at, parents) {
          @Override
          Ownership own(Handle handle) {
            create(handle.service());
            return super.own(handle);
          }
        };
  }

  /** Looking at a service makes it exist. */
  static Fault creatingWhatIsWatched() {
    Set<String> parents = ConcurrentHashMap.newKeySet();
    return at ->
        new Parents(at, parents) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            create(service);
            return super.subscribe(service, observer);
          }
        };
  }

  /** Settings are read once. */
  static Fault readingSettingsOnce() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribeSettings(String service, Observer observer) {
            return super.subscribeSettings(
                service,
                new Told(observer) {
                  @Override
                  public void onDelta(Delta delta) {}
                });
          }
        };
  }

  /** When the stream of settings ends there are none. */
  static Fault forgettingSettings() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribeSettings(String service, Observer observer) {
            return super.subscribeSettings(
                service,
                new Told(observer) {
                  @Override
                  public void onEnd(DiscoveryException cause) {
                    observer.onDelta(new Delta(0, List.of(), List.of("grpc")));
                    super.onEnd(cause);
                  }
                });
          }
        };
  }

  /** Settings stand among the services. */
  static Fault listingSettings() {
    Set<String> told = ConcurrentHashMap.newKeySet();
    return at ->
        new Parents(at, told) {
          @Override
          public Subscription subscribeSettings(String service, Observer observer) {
            create(service);
            return super.subscribeSettings(service, observer);
          }
        };
  }

  /** Parents of records that are there without a record. */
  private static class Parents extends Detour {
    private final Set<String> created;
    private final String prefix;

    Parents(Wiring at, Set<String> created) {
      super(at);
      this.created = created;
      this.prefix = at.config().namespace() + "/";
    }

    final void create(String service) {
      created.add(prefix + service);
    }

    @Override
    public CompletionStage<Set<String>> services() {
      return super.services()
          .thenApply(
              services -> {
                Set<String> all = new HashSet<>(services);
                created.stream()
                    .filter(name -> name.startsWith(prefix))
                    .forEach(name -> all.add(name.substring(prefix.length())));
                return all;
              });
    }
  }
}
