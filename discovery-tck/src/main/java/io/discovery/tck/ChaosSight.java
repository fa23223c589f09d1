package io.discovery.tck;

import io.discovery.Registry;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.Watcher.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that one watcher was told, with times; a {@link Recorder} checks each callback as it
 * comes. Safe for any thread.
 */
final class ChaosSight implements Watcher.Listener {
  /** One callback: a snapshot or a status. */
  record News(long at, Optional<Snapshot> snapshot, Optional<Status> status) {}

  private final String name;
  private final int path;
  private final String service;
  private final long opened = System.currentTimeMillis();
  private final Recorder recorder;
  private final ChaosJournal journal;
  private final List<News> news = new ArrayList<>(); // guarded by this
  private volatile long closed = Long.MAX_VALUE;

  ChaosSight(String name, int path, String service, ChaosJournal journal) {
    this.name = name;
    this.path = path;
    this.service = service;
    this.recorder = new Recorder(name + " of " + service);
    this.journal = journal;
  }

  void watch(Registry registry) {
    recorder.follows(registry.watch(service, this));
  }

  void close() {
    closed = System.currentTimeMillis();
    recorder.close();
  }

  /** Returns when it was about to be closed; the end of time if it was not. */
  long closed() {
    return closed;
  }

  /** Returns when {@code watch} was about to be called. */
  long opened() {
    return opened;
  }

  /** Returns the path this watcher's registry is on; negative if on none. */
  int path() {
    return path;
  }

  String service() {
    return service;
  }

  Recorder recorder() {
    return recorder;
  }

  boolean isCurrent() {
    return recorder.watcher().status().phase() == Watcher.Phase.CURRENT;
  }

  synchronized List<News> news() {
    return List.copyOf(news);
  }

  @Override
  public void onSnapshot(Snapshot snapshot) {
    long at = System.currentTimeMillis();
    synchronized (this) {
      news.add(new News(at, Optional.of(snapshot), Optional.empty()));
    }
    journal.note(at, name, service + " shows " + describe(snapshot));
    recorder.onSnapshot(snapshot);
  }

  @Override
  public void onStatus(Status status) {
    long at = System.currentTimeMillis();
    synchronized (this) {
      news.add(new News(at, Optional.empty(), Optional.of(status)));
    }
    String why = status.cause().map(cause -> " because " + cause.getMessage()).orElse("");
    journal.note(at, name, service + " is " + status.phase() + why);
    recorder.onStatus(status);
  }

  static String describe(Snapshot snapshot) {
    StringBuilder text = new StringBuilder();
    snapshot
        .instances()
        .forEach(
            instance ->
                text.append(instance.id())
                    .append('=')
                    .append(
                        ChaosToken.of(instance)
                            .map(ChaosToken::toString)
                            .orElse(instance.toString()))
                    .append(' '));
    return text.isEmpty() ? "nobody" : text.toString().strip();
  }

  @Override
  public String toString() {
    return name + " of " + service;
  }
}
