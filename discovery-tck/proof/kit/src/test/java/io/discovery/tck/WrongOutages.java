package io.discovery.tck;

import static io.discovery.tck.Fault.watching;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/** Faults in what a watch tells of a store in trouble, and after it. */
final class WrongOutages {
  private WrongOutages() {}

  static DiscoveryException unavailable(String why) {
    return new DiscoveryException(Reason.UNAVAILABLE, why);
  }

  static Fault takingFailureForEmptiness() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private boolean listed;

              @Override
              public void onListing(Listing listing) {
                listed = true;
                super.onListing(listing);
              }

              @Override
              public void onEnd(DiscoveryException cause) {
                if (!listed) {
                  super.onListing(new Listing("", 0, List.of()));
                }
                super.onEnd(cause);
              }
            });
  }

  static Fault emptiedByOutage() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private final Set<String> known = new HashSet<>();
              private long revision;

              @Override
              public void onListing(Listing listing) {
                listing.entries().forEach(entry -> known.add(entry.id()));
                revision = listing.revision();
                super.onListing(listing);
              }

              @Override
              public void onDelta(Delta delta) {
                delta.puts().forEach(entry -> known.add(entry.id()));
                delta.removes().forEach(known::remove);
                super.onDelta(delta);
              }

              @Override
              public void onEnd(DiscoveryException cause) {
                super.onDelta(new Delta(revision, List.of(), List.copyOf(known)));
                super.onEnd(cause);
              }
            });
  }

  /** Every watch of a service but the first begins with nothing and is filled by and by. */
  static Fault filledAgain() {
    return at -> {
      Set<String> ended = new HashSet<>();
      return new Detour(at) {
        @Override
        public Subscription subscribe(String service, Observer observer) {
          return super.subscribe(
              service,
              new Told(observer) {
                @Override
                public void onListing(Listing listing) {
                  if (!ended.remove(service)) {
                    super.onListing(listing);
                    return;
                  }
                  super.onListing(new Listing(listing.store(), listing.revision(), List.of()));
                  at.later(
                      20,
                      () ->
                          super.onDelta(
                              new Delta(listing.revision(), listing.entries(), List.of())));
                }

                @Override
                public void onEnd(DiscoveryException cause) {
                  ended.add(service);
                  super.onEnd(cause);
                }
              });
        }
      };
    };
  }

  /** A stream that ended is resumed where it was, and what happened meanwhile is never seen. */
  static Fault resumed() {
    return at -> {
      Map<String, Map<String, Entry>> ended = new HashMap<>();
      return new Detour(at) {
        @Override
        public Subscription subscribe(String service, Observer observer) {
          return super.subscribe(
              service,
              new Told(observer) {
                private Map<String, Entry> known = new LinkedHashMap<>();

                @Override
                public void onListing(Listing listing) {
                  listing.entries().forEach(entry -> known.put(entry.id(), entry));
                  known = ended.containsKey(service) ? ended.remove(service) : known;
                  super.onListing(
                      new Listing(
                          listing.store(), listing.revision(), List.copyOf(known.values())));
                }

                @Override
                public void onDelta(Delta delta) {
                  delta.puts().forEach(entry -> known.put(entry.id(), entry));
                  delta.removes().forEach(known::remove);
                  super.onDelta(delta);
                }

                @Override
                public void onEnd(DiscoveryException cause) {
                  if (!known.isEmpty()) {
                    ended.put(service, known);
                  }
                  super.onEnd(cause);
                }
              });
        }
      };
    };
  }

  static Fault hidingResets() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              @Override
              public void onListing(Listing listing) {
                super.onListing(new Listing("", 0, listing.entries()));
              }

              @Override
              public void onDelta(Delta delta) {
                super.onDelta(new Delta(0, delta.puts(), delta.removes()));
              }
            });
  }

  static Fault claimingToBeAlive() {
    return probing(at -> CompletableFuture.completedFuture(null));
  }

  /** Nothing ever ends a stream: neither its end nor its silence. */
  static Fault neverEnding() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            Subscription right =
                super.subscribe(
                    service,
                    new Told(observer) {
                      private boolean listed;

                      @Override
                      public void onListing(Listing listing) {
                        listed = true;
                        super.onListing(listing);
                      }

                      @Override
                      public void onEnd(DiscoveryException cause) {
                        if (!listed) {
                          super.onEnd(cause);
                        }
                      }
                    });
            return new Watched(right) {
              @Override
              public CompletionStage<Void> probe() {
                return CompletableFuture.completedFuture(null);
              }
            };
          }
        };
  }

  /** Asks a store that refused two hundred times a second whether it would have it now. */
  static Fault retryingHot() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            return super.subscribe(
                service,
                new Told(observer) {
                  @Override
                  public void onEnd(DiscoveryException cause) {
                    knock();
                    super.onEnd(cause);
                  }
                });
          }

          private void knock() {
            if (!at.healthy()) {
              WrongWrites.forget(super.services());
              at.later(5, this::knock);
            }
          }
        };
  }

  /** A round trip to a store that does not answer is waited for on the event loop. */
  static Fault blockingTheLoop() {
    return probing(
        at -> {
          long deadline = System.nanoTime() + 14_000_000_000L;
          while (!at.healthy() && deadline - System.nanoTime() > 0 && !Thread.interrupted()) {
            LockSupport.parkNanos(10_000_000);
          }
          return at.healthy()
              ? CompletableFuture.completedFuture(null)
              : CompletableFuture.failedFuture(unavailable("no answer"));
        });
  }

  private interface Probing {
    CompletionStage<Void> probe(Wiring at);
  }

  private static Fault probing(Probing probing) {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            return new Watched(super.subscribe(service, observer)) {
              @Override
              public CompletionStage<Void> probe() {
                return probing.probe(at);
              }
            };
          }
        };
  }

  /** Says that the store answers again, a hundred times a second, whether it does or not. */
  static Fault cryingReachable() {
    return at -> {
      cry(at);
      return at.right();
    };
  }

  private static void cry(Wiring at) {
    at.context().reachable();
    at.later(10, () -> cry(at));
  }
}
