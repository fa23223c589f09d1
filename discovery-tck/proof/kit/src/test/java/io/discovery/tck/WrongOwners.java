package io.discovery.tck;

import static io.discovery.tck.Fault.owning;
import static io.discovery.tck.WrongWrites.forget;
import static io.discovery.tck.WrongWrites.relay;

import io.discovery.DiscoveryException;
import io.discovery.spi.Entry;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Faults in what an owner does about losses, predecessors, successors and neighbours. */
final class WrongOwners {
  private WrongOwners() {}

  static Fault deafToLosses() {
    return owning(handle -> handle.telling(cause -> {}));
  }

  static Fault healedOnce() {
    return owning(
        handle -> {
          List<DiscoveryException> losses = new ArrayList<>();
          return handle.telling(
              cause -> {
                losses.add(cause);
                if (losses.size() == 1) {
                  handle.listener().onLost(cause);
                }
              });
        });
  }

  static Fault healedWithOldContent() {
    return owning(
        handle -> {
          List<DiscoveryException> losses = new ArrayList<>();
          Ownership right =
              handle.telling(
                  cause -> {
                    losses.add(cause);
                    handle.listener().onLost(cause);
                  });
          return new Detour.Owned(right) {
            private Optional<byte[]> acknowledged = Optional.empty();

            @Override
            public CompletionStage<Duration> write(Write write) {
              boolean heals = !losses.isEmpty() && acknowledged.isPresent();
              byte[] value = heals ? acknowledged.orElseThrow() : write.value();
              return super.write(new Write(value, write.claim(), write.relocated()))
                  .whenComplete(
                      (granted, failure) -> {
                        if (failure == null) {
                          acknowledged = Optional.of(value);
                          losses.clear();
                        }
                      });
            }
          };
        });
  }

  static Fault rewrittenOnReconnect() {
    return at -> {
      Set<Ownership.Listener> owners = new LinkedHashSet<>();
      Runnable tell =
          () ->
              List.copyOf(owners)
                  .forEach(
                      owner ->
                          owner.onLost(WrongOutages.unavailable("the connection is a new one")));
      return new Detour(at.hearing(tell)) {
        @Override
        Ownership own(Handle handle) {
          owners.add(handle.listener());
          return new Owned(handle.right()) {
            @Override
            public CompletionStage<Void> release() {
              owners.remove(handle.listener());
              return super.release();
            }
          };
        }
      };
    };
  }

  static Fault resurrected() {
    return owning(
        handle -> {
          List<byte[]> values = new ArrayList<>();
          Ownership right =
              handle.telling(
                  cause -> {
                    handle.listener().onLost(cause);
                    Ownership again = handle.telling(ignored -> {});
                    byte[] last = values.get(values.size() - 1);
                    handle
                        .at()
                        .later(
                            600,
                            () -> forget(again.write(new Write(last, Write.Claim.HEAL, false))));
                  });
          return new Detour.Owned(right) {
            @Override
            public CompletionStage<Duration> write(Write write) {
              values.add(write.value());
              return super.write(write);
            }
          };
        });
  }

  static Fault undoneRepairs() {
    return owning(
        handle -> {
          List<byte[]> foreign = new ArrayList<>();
          Ownership right =
              handle.telling(
                  cause -> {
                    handle.stored().ifPresent(foreign::add);
                    handle.listener().onLost(cause);
                  });
          return new Detour.Owned(right) {
            @Override
            public CompletionStage<Duration> write(Write write) {
              return super.write(write)
                  .whenComplete(
                      (granted, failure) -> {
                        if (failure == null && !foreign.isEmpty()) {
                          byte[] older = foreign.get(0);
                          foreign.clear();
                          handle.at().later(50, () -> handle.put(older));
                        }
                      });
            }
          };
        });
  }

  static Fault takingExistingForOwn() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                Entry wanted = new Entry(handle.id(), write.value());
                return handle
                    .backend()
                    .list(handle.service())
                    .thenCompose(
                        listing ->
                            listing.entries().contains(wanted)
                                ? CompletableFuture.completedFuture(handle.ttl())
                                : super.write(write));
              }
            });
  }

  static Fault fightingSuccessors() {
    return claiming(Write.Claim.TAKE_OVER);
  }

  static Fault neverTakingOver() {
    return claiming(Write.Claim.HEAL);
  }

  private static Fault claiming(Write.Claim always) {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                return super.write(new Write(write.value(), always, write.relocated()));
              }
            });
  }

  static Fault takingOverWithGap() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                if (write.claim() == Write.Claim.HEAL || handle.stored().isEmpty()) {
                  return super.write(write);
                }
                handle.deleteByName();
                CompletableFuture<Duration> answer = new CompletableFuture<>();
                handle.at().later(20, () -> relay(super.write(write), answer));
                return answer;
              }
            });
  }

  static Fault neverReleasing() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Void> release() {
                return CompletableFuture.completedFuture(null);
              }
            });
  }

  static Fault releasingLate() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Void> release() {
                handle.at().later(100, () -> forget(super.release()));
                return CompletableFuture.completedFuture(null);
              }
            });
  }

  static Fault releasingByName() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Void> release() {
                return super.release().thenRun(handle::deleteByName);
              }
            });
  }

  static Fault releasingAgain() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Void> release() {
                return super.release().thenRun(() -> handle.at().later(300, handle::deleteByName));
              }
            });
  }

  static Fault sharingOneLease() {
    return at -> {
      Set<Handle> held = new LinkedHashSet<>();
      return new Detour(at) {
        @Override
        Ownership own(Handle handle) {
          held.add(handle);
          return new Owned(handle.right()) {
            @Override
            public CompletionStage<Void> release() {
              held.remove(handle);
              held.forEach(Handle::expire);
              return super.release();
            }
          };
        }
      };
    };
  }
}
