package io.discovery.tck;

import static io.discovery.tck.Fault.owning;
import static io.discovery.tck.Fault.watching;

import io.discovery.DiscoveryException;
import io.discovery.spi.Delta;
import io.discovery.spi.Listing;
import io.discovery.spi.Observer;
import io.discovery.spi.Subscription;
import io.discovery.spi.Write;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Backends that the kit must pass: a right one, and some whose fault the engine makes up for, so
 * that no application ever sees it.
 */
@SuppressWarnings("ImmutableEnumChecker") // functions, never replaced
enum Odd implements Subject {
  /** Nothing is wrong. If this fails, the harness is. */
  RIGHT(Detour::new),
  /** Every change is told twice. */
  REPEATS_CHANGES(
      watching(
          (at, observer) ->
              new Detour.Told(observer) {
                @Override
                public void onDelta(Delta delta) {
                  super.onDelta(delta);
                  super.onDelta(delta);
                }
              }),
      "s302_aFreshStartIsFresh",
      "s308_doubleCutsLoseNothing"),
  /** The complete read comes twice, and the second is empty. */
  LISTS_TWICE(
      watching(
          (at, observer) ->
              new Detour.Told(observer) {
                @Override
                public void onListing(Listing listing) {
                  super.onListing(listing);
                  super.onListing(new Listing(listing.store(), listing.revision(), List.of()));
                }
              }),
      "s302_aFreshStartIsFresh",
      "s308_doubleCutsLoseNothing"),
  /** A stream ends twice, and goes on after that. */
  ENDS_TWICE(
      watching(
          (at, observer) ->
              new Detour.Told(observer) {
                @Override
                public void onEnd(DiscoveryException cause) {
                  super.onEnd(cause);
                  super.onDelta(new Delta(0, List.of(), List.of("1")));
                  super.onEnd(cause);
                }
              }),
      "s302_aFreshStartIsFresh",
      "s308_doubleCutsLoseNothing"),
  /** A watch that was closed goes on to call. */
  CALLS_AFTER_CLOSE(
      at ->
          new Detour(at) {
            @Override
            public Subscription subscribe(String service, Observer observer) {
              return new Watched(super.subscribe(service, observer)) {
                @Override
                public void close() {
                  super.close();
                  observer.onDelta(new Delta(0, List.of(), List.of("1")));
                  observer.onEnd(WrongOutages.unavailable("closed"));
                }
              };
            }
          },
      "s302_aFreshStartIsFresh",
      "s308_doubleCutsLoseNothing"),
  /** A watch and a record can be given back once only. */
  CANNOT_CLOSE_TWICE(
      at ->
          new Detour(at) {
            private boolean over;

            @Override
            public Subscription subscribe(String service, Observer observer) {
              return new Watched(super.subscribe(service, observer)) {
                private boolean closed;

                @Override
                public void close() {
                  checkOnce(closed);
                  closed = true;
                  super.close();
                }
              };
            }

            @Override
            public CompletionStage<Void> shutdown() {
              checkOnce(over);
              over = true;
              return super.shutdown();
            }

            private static void checkOnce(boolean before) {
              if (before) {
                throw new IllegalStateException("closed already");
              }
            }
          },
      "s501_closeTwiceAndTogether",
      "s211_closeRemovesAtOnce"),
  /** A loss is told again and again, also after the release. */
  REPEATS_LOSSES(
      owning(
          handle ->
              handle.telling(
                  cause -> {
                    handle.listener().onLost(cause);
                    handle.listener().onLost(cause);
                    handle.at().later(300, () -> handle.listener().onLost(cause));
                  })),
      "s207_healsAgainAndAgain",
      "s211_closeBeatsTheHeal"),
  /** Failures are no DiscoveryException. */
  FAILS_WITH_ANYTHING(
      owning(
          handle ->
              new Detour.Owned(handle.right()) {
                @Override
                public CompletionStage<Duration> write(Write write) {
                  if (!handle.at().healthy()) {
                    return CompletableFuture.failedFuture(new IOException("broken pipe"));
                  }
                  return super.write(write);
                }
              }),
      "s203_acknowledgedIsVisible",
      "s207_healsAgainAndAgain"),
  /** A store that cannot be reached is an exception out of the method. */
  THROWS_AT_ONCE(
      at ->
          new Detour(at) {
            @Override
            public CompletionStage<Listing> list(String service) {
              checkConnected();
              return super.list(service);
            }

            @Override
            public Subscription subscribe(String service, Observer observer) {
              checkConnected();
              return super.subscribe(service, observer);
            }

            private void checkConnected() {
              if (!at.healthy()) {
                throw WrongOutages.unavailable("not connected");
              }
            }
          },
      "s308_doubleCutsLoseNothing",
      "s401_listIsFreshAndComplete"),
  /** Answers come on a thread of the backend's. */
  ANSWERS_FROM_ANYWHERE(
      owning(
          handle ->
              new Detour.Owned(handle.right()) {
                @Override
                public CompletionStage<Duration> write(Write write) {
                  CompletableFuture<Duration> answer = new CompletableFuture<>();
                  WrongWrites.forget(
                      super.write(write)
                          .whenCompleteAsync(
                              (granted, failure) -> {
                                if (failure == null) {
                                  answer.complete(granted);
                                } else {
                                  answer.completeExceptionally(failure);
                                }
                              }));
                  return answer;
                }
              }),
      "s203_acknowledgedIsVisible",
      "s207_healsAgainAndAgain");

  private final Fault fault;
  private final List<String> chapters;

  /** Takes a test of each chapter that the fault could concern. */
  Odd(Fault fault, String... chapters) {
    this.fault = fault;
    this.chapters = List.of(chapters);
  }

  @Override
  public Fault fault() {
    return fault;
  }

  @Override
  public Stream<String> chapters() {
    return chapters.stream();
  }

  @Override
  public boolean mayFail(String test) {
    return false;
  }
}
