package io.discovery.tck;

import static io.discovery.tck.Fault.owning;

import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Faults in how a record is written and how long it lives. */
final class WrongWrites {
  private static final int TOO_LARGE = 12 * 1024;

  private WrongWrites() {}

  static Fault acknowledgedTooSoon() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              private boolean held;

              @Override
              public CompletionStage<Duration> write(Write write) {
                if (!held) {
                  return super.write(write)
                      .whenComplete((granted, failure) -> held = failure == null);
                }
                handle.at().later(50, () -> forget(super.write(write)));
                return CompletableFuture.completedFuture(handle.ttl());
              }
            });
  }

  static Fault neverFailing() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                CompletableFuture<Duration> answer = new CompletableFuture<>();
                forget(super.write(write).thenAccept(answer::complete));
                return answer;
              }
            });
  }

  static Fault createdEmpty() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              private boolean created;

              @Override
              public CompletionStage<Duration> write(Write write) {
                if (created) {
                  return super.write(write);
                }
                created = true;
                return super.write(new Write(new byte[0], write.claim(), false))
                    .thenCompose(granted -> super.write(write));
              }
            });
  }

  static Fault truncated() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                byte[] value = write.value();
                return super.write(
                    new Write(
                        value.length > TOO_LARGE ? Arrays.copyOf(value, TOO_LARGE) : value,
                        write.claim(),
                        write.relocated()));
              }
            });
  }

  static Fault forgettingTraces() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              @Override
              public CompletionStage<Duration> write(Write write) {
                return super.write(write)
                    .whenComplete(
                        (granted, failure) -> {
                          if (failure != null) {
                            right = handle.right();
                          }
                        });
              }
            });
  }

  static Fault updatedByDeleting() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              private boolean held;

              @Override
              public CompletionStage<Duration> write(Write write) {
                if (!held) {
                  return super.write(write)
                      .whenComplete((granted, failure) -> held = failure == null);
                }
                CompletableFuture<Duration> answer = new CompletableFuture<>();
                forget(
                    super.release()
                        .thenRun(
                            () -> {
                              right = handle.right();
                              handle.at().later(5, () -> relay(super.write(write), answer));
                            }));
                return answer;
              }
            });
  }

  static Fault lastingTooLong() {
    return owning(handle -> handle.lasting(handle.ttl().multipliedBy(100)));
  }

  static Fault grantedByDefault() {
    return owning(handle -> handle.lasting(handle.at().config().ttl()));
  }

  static Fault renewedTwice() {
    return owning(
        handle ->
            new Detour.Owned(handle.right()) {
              private Optional<Ownership> alive = Optional.empty();

              @Override
              public CompletionStage<Duration> write(Write write) {
                if (alive.isEmpty()) {
                  alive = Optional.of(right);
                  handle.at().later(3_500, () -> alive.ifPresent(still -> handle.expire()));
                }
                return super.write(write);
              }

              @Override
              public CompletionStage<Void> release() {
                alive = Optional.empty();
                return super.release();
              }
            });
  }

  static <T> void relay(CompletionStage<T> from, CompletableFuture<T> to) {
    forget(
        from.whenComplete(
            (result, failure) -> {
              if (failure == null) {
                to.complete(result);
              } else {
                to.completeExceptionally(failure);
              }
            }));
  }

  /** Nobody hears how it ends. */
  static void forget(CompletionStage<?> outcome) {
    outcome.toCompletableFuture().isDone();
  }
}
