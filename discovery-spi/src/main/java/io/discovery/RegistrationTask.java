package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.Registration.State;
import io.discovery.spi.Ownership;
import io.discovery.spi.Write;
import io.discovery.spi.Write.Claim;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps one registration true: compares what is declared with what the store has acknowledged and
 * makes one attempt at a time until they agree (rules 2.1 to 2.12). Everything here belongs to the
 * event loop.
 *
 * <pre>
 *            write ✓            onLost             write ✗ SUPERSEDED
 *  PENDING ─────────► REGISTERED ─────► RECOVERING ──────────────────► SUPERSEDED
 *     └ write ✗: retry   └ update: write again └ write ✓: REGISTERED
 *  any ── close ──► CLOSED
 *  SUPERSEDED, CLOSED: an attempt under way ends first, then release until it succeeds: settled
 * </pre>
 */
final class RegistrationTask implements Ownership.Listener {
  /** A loss is repaired at once, yet not by a thousand registrations in the same millisecond. */
  private static final int HEAL_SPREAD_MILLIS = 200;

  private final Engine engine;
  private final Supplier<ServiceInstance> declared;
  private final Consumer<State> onState;
  private final Instant registeredAt;
  private final Retry retry;
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private final List<Runnable> afterwards = new ArrayList<>();
  private List<CompletableFuture<Void>> unwritten = new ArrayList<>();
  private List<CompletableFuture<Void>> waiters = new ArrayList<>();
  private Ownership ownership; // null until the first write
  private State state = State.PENDING;
  private ServiceInstance written;
  private volatile DiscoveryException lastFailure; // null if the last attempt succeeded
  private volatile Duration ttl;
  private boolean everWritten;
  private ServiceInstance refused; // by the last attempt, for its content; otherwise null
  private boolean inDoubt; // an attempt that failed since may have been written
  private boolean started;
  private boolean busy;
  private boolean abandoned;

  RegistrationTask(
      Engine engine, Supplier<ServiceInstance> declared, Duration ttl, Consumer<State> onState) {
    this.engine = engine;
    this.declared = declared;
    this.ttl = ttl;
    this.onState = onState;
    this.registeredAt = engine.clock.instant();
    this.retry = new Retry(engine.loop, new Moments(engine.loop, engine.random), this::converge);
    this.written = declared.get();
  }

  /** Begins, once no earlier registration of this name in this process is left in the store. */
  void start() {
    engine.checkLoop();
    started = true;
    converge();
  }

  /** Returns the time to live; any thread. */
  Duration ttl() {
    return ttl;
  }

  /** Returns what completes when nothing of this registration is left in the store; any thread. */
  CompletableFuture<Void> settled() {
    return settled;
  }

  /** Runs {@code next} on the loop when settled, after those who asked before. */
  void whenSettled(Runnable next) {
    engine.checkLoop();
    if (settled.isDone()) {
      next.run();
    } else {
      afterwards.add(next);
    }
  }

  private void settle() {
    settled.complete(null);
    afterwards.forEach(Runnable::run);
    afterwards.clear();
  }

  /** Makes the next attempt if one is due. */
  void converge() {
    engine.checkLoop();
    if (!started || abandoned || busy || retry.waiting() || settled.isDone()) {
      return;
    }
    if (isTrue()) {
      complete(unwritten);
      unwritten = new ArrayList<>();
    } else {
      busy = true;
      engine.window.enter(this::attempt);
    }
  }

  /** Its turn has come; what is to be done shows only now. */
  private void attempt() {
    if (abandoned || isTrue()) {
      attempted();
      converge();
    } else if (state == State.CLOSED || state == State.SUPERSEDED) {
      release();
    } else {
      write(declared.get());
    }
  }

  private boolean isTrue() {
    return state == State.REGISTERED && !inDoubt && declared.get().equals(written);
  }

  private void attempted() {
    busy = false;
    engine.window.leave();
  }

  private void write(ServiceInstance next) {
    boolean relocated = everWritten && !next.authority().equals(written.authority());
    Claim claim = everWritten ? Claim.HEAL : Claim.TAKE_OVER;
    byte[] value = engine.codec.encode(next, registeredAt);
    List<CompletableFuture<Void>> covered = unwritten;
    unwritten = new ArrayList<>();
    engine.counters.writes.increment();
    engine.attempt(
        () -> own().write(new Write(value, claim, relocated)),
        (granted, failure) -> {
          engine.window.adapt(failure == null);
          attempted();
          if (failure == null) {
            acknowledged(next, granted);
            complete(covered);
          } else {
            covered.addAll(unwritten);
            unwritten = covered;
            failed(next, failure);
          }
          converge();
        });
  }

  private void acknowledged(ServiceInstance next, Duration granted) {
    written = next;
    everWritten = true;
    inDoubt = false;
    refused = null;
    ttl = granted;
    lastFailure = null;
    retry.succeeded();
    if (state == State.RECOVERING) {
      engine.counters.heals.increment();
    }
    if (state != State.CLOSED) {
      become(State.REGISTERED);
    }
  }

  private void failed(ServiceInstance attempted, DiscoveryException failure) {
    lastFailure = failure;
    refused = failure.reason() == Reason.REJECTED ? attempted : null;
    inDoubt |= failure.reason() != Reason.REJECTED;
    if (state == State.CLOSED) {
      fail(over()); // of the updates that this attempt carried when close() failed the others
      return;
    }
    if (failure.reason() == Reason.SUPERSEDED) {
      Engine.LOG.log(
          Level.WARNING,
          "{0}: another process registered it since; this registration is over",
          this);
      become(State.SUPERSEDED);
      fail(
          new DiscoveryException(
              Reason.SUPERSEDED, this + " was superseded by another process", failure));
    } else {
      Engine.LOG.log(
          Level.DEBUG, () -> this + ": not written, trying again: " + failure.getMessage());
      retry.after(failure.reason());
      welcomeOtherContent();
    }
  }

  /** After a refusal only other content need not wait; that may have been declared meanwhile. */
  private void welcomeOtherContent() {
    if (refused != null && !declared.get().equals(refused)) {
      retry.cancel();
    }
  }

  @Override
  public void onLost(DiscoveryException cause) {
    // Through the queue even on the loop: an acknowledgement that was given before, on another
    // thread, may still be waiting there, and a loss that overtakes it would be forgotten.
    engine.loop.execute(
        () -> {
          if (state == State.REGISTERED) {
            Engine.LOG.log(
                Level.WARNING, () -> this + ": lost, registering again: " + cause.getMessage());
            lastFailure = cause;
            become(State.RECOVERING);
            if (!busy) {
              retry.in(Duration.ofMillis(engine.random.nextInt(1, HEAL_SPREAD_MILLIS)));
            }
          }
        });
  }

  /** Takes note of a change of what is declared. */
  void updated(CompletableFuture<Void> acknowledged) {
    engine.checkLoop();
    if (state == State.CLOSED || state == State.SUPERSEDED) {
      acknowledged.completeExceptionally(over());
    } else {
      unwritten.add(acknowledged);
      welcomeOtherContent();
      converge();
    }
  }

  /** Completes {@code waiter} when registered, or fails it when that cannot come any more. */
  void whenRegistered(CompletableFuture<Void> waiter) {
    engine.checkLoop();
    switch (state) {
      case REGISTERED -> waiter.complete(null);
      case SUPERSEDED, CLOSED -> waiter.completeExceptionally(over());
      default -> waiters.add(waiter);
    }
  }

  /** Returns why the last attempt failed; any thread. */
  Optional<DiscoveryException> lastFailure() {
    return Optional.ofNullable(lastFailure);
  }

  /**
   * Ends the registration: an attempt under way ends first, then the record is released until that
   * succeeds. One that waits for its predecessor goes on doing so, lest a successor of both begins
   * while the first is still being released.
   */
  void close() {
    engine.checkLoop();
    if (state == State.CLOSED) {
      return;
    }
    become(State.CLOSED);
    fail(over());
    retry.cancel();
    converge();
  }

  /** Makes no attempt any more: the backend shuts down, which ends what is still owned. */
  void abandon() {
    engine.checkLoop();
    abandoned = true;
    retry.cancel();
  }

  /** Part of the first attempt, so that a backend that throws here is asked again too. */
  private Ownership own() {
    if (ownership == null) {
      ownership =
          engine
              .backend()
              .own(Names.encode(written.service()), Names.encode(written.id()), ttl, this);
    }
    return ownership;
  }

  private void release() {
    if (ownership == null) {
      attempted();
      settle();
      return;
    }
    engine.attempt(
        ownership::release,
        (released, failure) -> {
          engine.window.adapt(failure == null);
          attempted();
          if (failure == null) {
            settle();
          } else {
            retry.after(failure.reason());
          }
        });
  }

  /** The store is back. */
  void hurry() {
    engine.checkLoop();
    if (busy || retry.waiting()) {
      retry.hurry();
    }
  }

  /** A successor in this process waits for the release. */
  void retryNow() {
    engine.checkLoop();
    retry.cancel();
    converge();
  }

  private void become(State next) {
    if (state != next) {
      state = next;
      onState.accept(next);
      if (next == State.REGISTERED) {
        complete(waiters);
        waiters = new ArrayList<>();
      }
    }
  }

  private RuntimeException over() {
    return state == State.SUPERSEDED
        ? new DiscoveryException(Reason.SUPERSEDED, this + " was superseded by another process")
        : new DiscoveryException(Reason.CLOSED, this + " was closed");
  }

  private void fail(RuntimeException why) {
    unwritten.forEach(future -> future.completeExceptionally(why));
    waiters.forEach(future -> future.completeExceptionally(why));
    unwritten = new ArrayList<>();
    waiters = new ArrayList<>();
  }

  private static void complete(List<CompletableFuture<Void>> futures) {
    futures.forEach(future -> future.complete(null));
  }

  @Override
  public String toString() {
    return "registration " + Names.escape(written.service()) + "/" + Names.escape(written.id());
  }
}
