package io.discovery;

import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What the application holds of a registration: remembers what is declared and hands work to the
 * {@link RegistrationTask} on the event loop. Safe for any thread.
 */
final class LocalRegistration implements Registration {
  private final Engine engine;
  private final RegistryEngine registry;
  private final AtomicReference<ServiceInstance> declared;
  private final RegistrationTask task;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CopyOnWriteArrayList<StateFeed> feeds = new CopyOnWriteArrayList<>();
  private volatile State state = State.PENDING;

  LocalRegistration(
      RegistryEngine registry, Engine engine, ServiceInstance instance, Duration ttl) {
    this.registry = registry;
    this.engine = engine;
    this.declared = new AtomicReference<>(instance);
    this.task = new RegistrationTask(engine, declared::get, ttl, this::become);
  }

  RegistrationTask task() {
    return task;
  }

  @Override
  public ServiceInstance instance() {
    return declared.get();
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public Duration ttl() {
    return task.ttl();
  }

  @Override
  public CompletableFuture<Void> update(UnaryOperator<ServiceInstance> change) {
    ServiceInstance before;
    ServiceInstance after;
    do {
      if (closed.get() || state == State.SUPERSEDED) {
        throw new IllegalStateException(
            name() + " is " + state() + " (expected: an open registration)");
      }
      before = declared.get();
      after = change.apply(before);
      if (!after.service().equals(before.service()) || !after.id().equals(before.id())) {
        throw new IllegalArgumentException(
            "update: service and id changed to '"
                + Names.escape(after.service() + "/" + after.id())
                + "' (expected: "
                + name()
                + "; register another instance instead)");
      }
      registry.checkEncodable(after);
    } while (!declared.compareAndSet(before, after));
    CompletableFuture<Void> onLoop = new CompletableFuture<>();
    engine.loop.execute(() -> task.updated(onLoop));
    // Completed again on a listener thread: what the application chains to it must not run on the
    // loop.
    return onLoop.whenCompleteAsync((done, error) -> {}, engine.listeners);
  }

  @Override
  public void awaitRegistered(Duration timeout) {
    if (closed.get()) {
      throw new IllegalStateException(name() + " is closed (expected: an open registration)");
    }
    CompletableFuture<Void> registered = new CompletableFuture<>();
    engine.loop.execute(() -> task.whenRegistered(registered));
    Await.result(
        engine.waiting,
        registered,
        timeout,
        () -> {
          Throwable cause = task.lastFailure().orElse(null);
          return new DiscoveryException(
              Reason.TIMEOUT,
              name()
                  + " not registered within "
                  + timeout
                  + (cause == null ? "" : ": " + cause.getMessage()),
              cause);
        });
  }

  @Override
  public void onState(Consumer<State> listener) {
    StateFeed feed = new StateFeed(Objects.requireNonNull(listener, "listener"));
    engine.loop.execute(
        () -> {
          feeds.add(feed);
          feed.tell(state);
        });
  }

  private void become(State next) {
    state = next;
    feeds.forEach(feed -> feed.tell(next));
  }

  @Override
  public void close() {
    beginClose();
    Await.quietly(engine, task.settled(), engine.config.closeTimeout());
  }

  /** Closes without waiting. */
  void beginClose() {
    if (closed.compareAndSet(false, true)) {
      registry.closing(this);
      engine.loop.execute(task::close);
    }
  }

  private String name() {
    ServiceInstance instance = declared.get();
    return "registration " + Names.escape(instance.service()) + "/" + Names.escape(instance.id());
  }

  @Override
  public String toString() {
    return name() + " " + state;
  }

  /** One listener of states: told every one, in order. */
  private final class StateFeed {
    private final Queue<State> news = new ArrayDeque<>(); // guarded by itself
    private final Mailbox mailbox;

    StateFeed(Consumer<State> listener) {
      mailbox = new Mailbox(engine, () -> drain(listener));
    }

    void tell(State next) {
      synchronized (news) {
        news.add(next);
      }
      mailbox.signal();
    }

    private void drain(Consumer<State> listener) {
      for (Optional<State> next = poll(); next.isPresent(); next = poll()) {
        State told = next.get();
        mailbox.call(() -> listener.accept(told));
      }
    }

    private Optional<State> poll() {
      synchronized (news) {
        return Optional.ofNullable(news.poll());
      }
    }
  }
}
