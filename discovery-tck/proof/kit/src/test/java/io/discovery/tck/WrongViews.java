package io.discovery.tck;

import static io.discovery.tck.Fault.watching;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Faults in what a watch of a healthy store tells. */
final class WrongViews {
  /** More entries than this take two pages. */
  static final int PAGE = 15;

  private WrongViews() {}

  static Fault losingPages() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              @Override
              public void onListing(Listing listing) {
                super.onListing(withoutSecondPage(listing));
              }
            });
  }

  /** Returns the listing without what begins its second page. */
  static Listing withoutSecondPage(Listing listing) {
    if (listing.entries().size() <= PAGE) {
      return listing;
    }
    List<Entry> entries = new ArrayList<>(listing.entries());
    entries.remove(PAGE);
    return new Listing(listing.store(), listing.revision(), entries);
  }

  static Fault startingFromReplica() {
    return at -> {
      Map<String, Listing> replica = new HashMap<>();
      return new Detour(at) {
        @Override
        public Subscription subscribe(String service, Observer observer) {
          return super.subscribe(
              service,
              new Told(observer) {
                @Override
                public void onListing(Listing listing) {
                  Listing before = replica.put(service, listing);
                  super.onListing(before == null ? listing : before);
                  if (before != null) {
                    at.later(50, () -> onDelta(difference(before, listing)));
                  }
                }
              });
        }
      };
    };
  }

  static Delta difference(Listing before, Listing after) {
    Set<String> ids = after.entries().stream().map(Entry::id).collect(Collectors.toSet());
    List<String> removes =
        before.entries().stream().map(Entry::id).filter(id -> !ids.contains(id)).toList();
    return new Delta(after.revision(), after.entries(), removes);
  }

  static Fault losingTheSeam() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private boolean told;

              @Override
              public void onListing(Listing listing) {
                at.later(
                    30,
                    () -> {
                      told = true;
                      super.onListing(listing);
                    });
              }

              @Override
              public void onDelta(Delta delta) {
                if (told) {
                  super.onDelta(delta);
                }
              }
            });
  }

  static Fault repeatingOldNews() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private final Map<String, Delta> first = new HashMap<>();
              private final Map<String, Integer> updates = new HashMap<>();
              private final Deque<Delta> heldUp = new ArrayDeque<>();
              private boolean holding;

              @Override
              public void onDelta(Delta delta) {
                if (holding) {
                  heldUp.add(delta);
                  return;
                }
                super.onDelta(delta);
                String id = delta.puts().isEmpty() ? "" : delta.puts().get(0).id();
                first.putIfAbsent(id, delta);
                if (updates.merge(id, 1, Integer::sum) % 50 == 0) {
                  repeat(first.get(id), delta);
                }
              }

              /** Long enough to be seen: what is newer waits. */
              private void repeat(Delta old, Delta newest) {
                super.onDelta(old);
                heldUp.addFirst(newest);
                holding = true;
                at.later(300, this::release);
              }

              private void release() {
                holding = false;
                while (!holding && !heldUp.isEmpty()) {
                  onDelta(heldUp.remove());
                }
              }
            });
  }

  static Fault watchingNamesOnly() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private final Set<String> known = new HashSet<>();

              @Override
              public void onListing(Listing listing) {
                listing.entries().forEach(entry -> known.add(entry.id()));
                super.onListing(listing);
              }

              @Override
              public void onDelta(Delta delta) {
                List<Entry> added =
                    delta.puts().stream().filter(entry -> known.add(entry.id())).toList();
                delta.removes().forEach(known::remove);
                super.onDelta(new Delta(delta.revision(), added, delta.removes()));
              }
            });
  }

  static Fault losingEmptiness() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private final Set<String> present = new HashSet<>();

              @Override
              public void onListing(Listing listing) {
                listing.entries().forEach(entry -> present.add(entry.id()));
                super.onListing(listing);
              }

              @Override
              public void onDelta(Delta delta) {
                delta.puts().forEach(entry -> present.add(entry.id()));
                delta.removes().forEach(present::remove);
                if (delta.removes().isEmpty() || !present.isEmpty()) {
                  super.onDelta(delta);
                }
              }
            });
  }

  static Fault removingToUpdate() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              private final Set<String> known = new HashSet<>();

              @Override
              public void onListing(Listing listing) {
                listing.entries().forEach(entry -> known.add(entry.id()));
                super.onListing(listing);
              }

              @Override
              public void onDelta(Delta delta) {
                for (Entry entry : delta.puts()) {
                  if (!known.add(entry.id())) {
                    super.onDelta(new Delta(delta.revision(), List.of(), List.of(entry.id())));
                  }
                }
                at.later(5, () -> super.onDelta(delta)); // a moment that is seen
              }
            });
  }

  /** The store takes a new watch of a service only after it has refused three. */
  static Fault readingAgainWithTrouble() {
    return at -> {
      Map<String, Integer> watches = new HashMap<>();
      return new Detour(at) {
        @Override
        public Subscription subscribe(String service, Observer observer) {
          boolean refused = watches.merge(service, 1, Integer::sum) % 4 != 1;
          return super.subscribe(
              service,
              new Told(observer) {
                @Override
                public void onListing(Listing listing) {
                  if (refused) {
                    observer.onEnd(WrongOutages.unavailable("watched already"));
                  } else {
                    super.onListing(listing);
                  }
                }

                @Override
                public void onEnd(DiscoveryException cause) {
                  watches.remove(service);
                  super.onEnd(cause);
                }
              });
        }
      };
    };
  }
}
