package io.discovery.grpc;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Values shared by the users of equal keys: opened for the first, closed a while after the last has
 * left, and kept if another comes before that, since channels leave and come back with idle mode.
 *
 * <p>Safe for any thread. Opening runs on the first user's thread while other users of that key
 * wait; closing, which may block, runs on a thread of its own. A failure to open reaches the user,
 * and the next one tries anew.
 */
final class Shared<K, V> {
  private final Function<K, V> open;
  private final Predicate<V> worthJoining;
  private final Consumer<V> close;
  private final Executor afterLinger;
  private final Map<K, Entry> entries =
      new HashMap<>(); // guarded by itself, as are users and departures of an entry

  /**
   * @param worthJoining whether a value still serves one who comes later; if not, he and those
   *     after him get a new one, and its users keep it. Must be quick
   */
  Shared(Function<K, V> open, Predicate<V> worthJoining, Consumer<V> close, Duration linger) {
    this.open = open;
    this.worthJoining = worthJoining;
    this.close = close;
    this.afterLinger =
        CompletableFuture.delayedExecutor(
            linger.toMillis(), TimeUnit.MILLISECONDS, Shared::onOwnThread);
  }

  Lease<V> acquire(K key) {
    Entry entry;
    synchronized (entries) {
      entry =
          entries.compute(
              key, (k, known) -> known != null && known.isWorthJoining() ? known : new Entry(k));
      entry.users++;
    }
    AtomicBoolean left = new AtomicBoolean();
    Runnable leave =
        () -> {
          if (left.compareAndSet(false, true)) {
            leave(entry);
          }
        };
    try {
      return new Lease<>(entry.value(), leave);
    } catch (RuntimeException | Error e) {
      leave.run();
      throw e;
    }
  }

  private void leave(Entry entry) {
    long departure;
    synchronized (entries) {
      entry.users--;
      departure = ++entry.departures;
      if (entry.users > 0) {
        return;
      }
    }
    afterLinger.execute(() -> expire(entry, departure));
  }

  private void expire(Entry entry, long departure) {
    synchronized (entries) {
      if (entry.users > 0 || entry.departures != departure) {
        return;
      }
      entries.remove(entry.key, entry); // unless another has taken its place
    }
    entry.close();
  }

  private static void onOwnThread(Runnable task) {
    Thread thread = new Thread(task, "discovery-grpc-closer");
    thread.setDaemon(true);
    thread.start();
  }

  /** A user's share of a value; {@code close} gives it back, once however often it is called. */
  record Lease<V>(V value, Runnable leave) implements AutoCloseable {
    @Override
    public void close() {
      leave.run();
    }
  }

  /**
   * One key's value. Its own lock is for opening alone, so that a slow store delays only those who
   * want it.
   */
  private final class Entry {
    final K key;
    int users;
    long departures; // tells the timer of an earlier departure from that of the last
    private volatile V value; // written under the entry's own lock; null until opened

    Entry(K key) {
      this.key = key;
    }

    boolean isWorthJoining() {
      return value == null || worthJoining.test(value);
    }

    synchronized V value() {
      if (value == null) {
        value = open.apply(key);
      }
      return value;
    }

    synchronized void close() {
      if (value != null) {
        close.accept(value);
      }
    }
  }
}
