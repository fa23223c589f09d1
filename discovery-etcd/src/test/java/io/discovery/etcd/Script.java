package io.discovery.etcd;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What a fake does with each call of a kind: the next ones as told, then as usual. Thread-safe. */
final class Script<T> {
  private final Queue<Consumer<T>> next = new ConcurrentLinkedQueue<>();
  private final List<T> seen = new CopyOnWriteArrayList<>();
  private volatile Consumer<T> usual;

  Script(Consumer<T> usual) {
    this.usual = usual;
  }

  /** The next call that nobody has planned for yet goes this way. */
  void next(Consumer<T> reaction) {
    next.add(reaction);
  }

  /** From now on all calls that are not planned go this way. */
  void always(Consumer<T> reaction) {
    usual = reaction;
  }

  /** All calls up to now, in their order. */
  List<T> seen() {
    return List.copyOf(seen);
  }

  T last() {
    return seen.get(seen.size() - 1);
  }

  void play(T call) {
    Consumer<T> planned = next.poll();
    seen.add(call);
    (planned == null ? usual : planned).accept(call);
  }
}
