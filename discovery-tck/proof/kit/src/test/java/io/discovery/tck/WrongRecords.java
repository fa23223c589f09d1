package io.discovery.tck;

import static io.discovery.tck.Fault.watching;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Faults in what names and values are taken for. */
final class WrongRecords {
  private static final int TOO_LARGE = 1_000_000;

  private WrongRecords() {}

  static Fault ignoringCaseOfIds() {
    return at ->
        new Detour(at) {
          @Override
          Ownership own(Handle handle) {
            return new Handle(
                    at,
                    handle.backend(),
                    handle.service(),
                    handle.id().toLowerCase(Locale.ROOT),
                    handle.ttl(),
                    handle.listener())
                .right();
          }
        };
  }

  static Fault ignoringCaseOfServices() {
    return at ->
        new Detour(at) {
          @Override
          String name(String service) {
            return service.toLowerCase(Locale.ROOT);
          }
        };
  }

  /** The prefix of a watched service does not end in the delimiter. */
  static Fault bleedingPrefixes() {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            Set<String> neighbours = new HashSet<>();
            Subscription right = super.subscribe(service, observer);
            return new Watched(right) {
              private boolean closed;

              {
                at.later(50, this::look);
              }

              private void look() {
                if (!closed) {
                  services().thenAccept(names -> names.forEach(this::show));
                  at.later(50, this::look);
                }
              }

              private void show(String name) {
                if (name.startsWith(service) && !name.equals(service) && neighbours.add(name)) {
                  list(name)
                      .thenAccept(
                          listing -> observer.onDelta(new Delta(0, listing.entries(), List.of())));
                }
              }

              @Override
              public void close() {
                closed = true;
                super.close();
              }
            };
          }
        };
  }

  static Fault decodingNames() {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Set<String>> services() {
            return super.services()
                .thenApply(
                    names ->
                        names.stream()
                            .map(name -> name.replace("%25", "%"))
                            .collect(Collectors.toSet()));
          }
        };
  }

  /** What a record may look like is decided by the backend, with its own idea of a record. */
  static Fault knowingBetter() {
    return reading(
        listing -> {
          List<Entry> usual =
              listing.entries().stream()
                  .filter(entry -> !Handle.text(entry.value()).contains("future"))
                  .toList();
          return Optional.of(new Listing(listing.store(), listing.revision(), usual));
        });
  }

  static Fault failingOnBadRecords() {
    return reading(
        listing ->
            Optional.of(listing)
                .filter(all -> all.entries().stream().noneMatch(WrongRecords::isBad)));
  }

  static Fault stoppingAtBadRecords() {
    return reading(
        listing -> {
          List<Entry> good = listing.entries().stream().takeWhile(entry -> !isBad(entry)).toList();
          return Optional.of(new Listing(listing.store(), listing.revision(), good));
        });
  }

  static Fault chokingOnLargeReads() {
    return reading(
        listing ->
            Optional.of(listing)
                .filter(
                    all ->
                        all.entries().stream().mapToInt(entry -> entry.value().length).sum()
                            < TOO_LARGE));
  }

  private static boolean isBad(Entry entry) {
    return !Handle.text(entry.value()).startsWith("{");
  }

  static Fault takingBadForAbsent() {
    return watching(
        (at, observer) ->
            new Detour.Told(observer) {
              @Override
              public void onDelta(Delta delta) {
                List<Entry> good = delta.puts().stream().filter(entry -> !isBad(entry)).toList();
                List<String> bad =
                    delta.puts().stream().filter(WrongRecords::isBad).map(Entry::id).toList();
                super.onDelta(
                    new Delta(delta.revision(), good, bad.isEmpty() ? delta.removes() : bad));
              }
            });
  }

  private interface Reading {
    Optional<Listing> of(Listing listing);
  }

  /** A fault in reading a service, whether for a list or for a watch. */
  private static Fault reading(Reading reading) {
    return at ->
        new Detour(at) {
          @Override
          public CompletionStage<Listing> list(String service) {
            return super.list(service)
                .thenCompose(
                    listing ->
                        reading
                            .of(listing)
                            .map(CompletableFuture::completedFuture)
                            .orElseGet(() -> CompletableFuture.failedFuture(unreadable())));
          }

          @Override
          public Subscription subscribe(String service, Observer observer) {
            return super.subscribe(
                service,
                new Told(observer) {
                  @Override
                  public void onListing(Listing listing) {
                    Optional<Listing> read = reading.of(listing);
                    read.ifPresentOrElse(super::onListing, () -> onEnd(unreadable()));
                  }
                });
          }
        };
  }

  private static DiscoveryException unreadable() {
    return WrongOutages.unavailable("a record cannot be read");
  }

  /** Namespaces that are alike up to their second dash are one. */
  static Fault mixingNamespaces() {
    return at -> {
      String[] parts = at.config().namespace().split("-", 3);
      String cut = parts.length > 2 ? parts[0] + "-" + parts[1] : at.config().namespace();
      return at.with(at.config().withNamespace(cut)).right();
    };
  }

  static Fault printingSecrets() {
    return at ->
        new Detour(at) {
          @Override
          Ownership own(Handle handle) {
            return new Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                CompletableFuture<Duration> answer = new CompletableFuture<>();
                super.write(write)
                    .whenComplete(
                        (granted, failure) -> {
                          if (failure == null) {
                            answer.complete(granted);
                          } else {
                            answer.completeExceptionally(
                                WrongOutages.unavailable(
                                    "not written with " + at.config().password()));
                          }
                        });
                return answer;
              }
            };
          }
        };
  }
}
