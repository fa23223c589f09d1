package io.discovery.examples.quickstart;

import io.discovery.Change;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the client sees and gets: the servers by its watch, the calls by their answers. Moments are
 * those of {@link System#nanoTime}. Safe for any thread.
 */
final class Scoreboard implements Watcher.Listener {
  // All guarded by this.
  private final Map<String, Player> players = new LinkedHashMap<>();
  private final Map<Phase, Long> phases = new EnumMap<>(Phase.class);
  private final List<String> failures = new ArrayList<>();
  private Snapshot view = new Snapshot(Greeter.NAME, 0, List.of());
  private Phase phase = Phase.CONNECTING;
  private Optional<String> trouble = Optional.empty();
  private long calls;
  private long attempts;

  /**
   * One server, present or past. Immutable.
   *
   * @param fate what was done to it; empty as long as it lives
   */
  record Player(
      ServiceInstance instance,
      long calls,
      long seenAt,
      OptionalLong calledAt,
      OptionalLong goneAt,
      String fate) {
    private Player called(long now) {
      OptionalLong first = calledAt.isPresent() ? calledAt : OptionalLong.of(now);
      return new Player(instance, calls + 1, seenAt, first, goneAt, fate);
    }

    private Player gone(long now) {
      return new Player(instance, calls, seenAt, calledAt, OptionalLong.of(now), fate);
    }

    private Player back(long now) {
      return new Player(instance, calls, now, calledAt, OptionalLong.empty(), fate);
    }

    private Player fated(String what) {
      return new Player(instance, calls, seenAt, calledAt, goneAt, what);
    }
  }

  @Override
  public synchronized void onSnapshot(Snapshot snapshot) {
    long now = System.nanoTime();
    for (Change change : snapshot.changesSince(view)) {
      ServiceInstance instance = change.instance();
      if (change instanceof Change.Added) {
        players.merge(
            instance.authority(),
            new Player(instance, 0, now, OptionalLong.empty(), OptionalLong.empty(), ""),
            (before, after) -> before.back(now));
      } else if (change instanceof Change.Removed) {
        players.computeIfPresent(instance.authority(), (key, player) -> player.gone(now));
      }
    }
    view = snapshot;
  }

  @Override
  public synchronized void onStatus(Status status) {
    phase = status.phase();
    trouble = status.cause().map(Throwable::getMessage);
    phases.put(phase, System.nanoTime());
  }

  /** Notes the answer of a server. */
  synchronized void answered(String authority) {
    calls++;
    long now = System.nanoTime();
    players.computeIfPresent(authority, (key, player) -> player.called(now));
  }

  /** Notes a call that failed for good. */
  synchronized void failed(String why) {
    calls++;
    failures.add(why);
  }

  /** Notes that a call is sent to a server, for the first or another time. */
  synchronized void attempted() {
    attempts++;
  }

  /** Notes what is done to a server. */
  synchronized void doom(String authority, String fate) {
    players.computeIfPresent(authority, (key, player) -> player.fated(fate));
  }

  /** Returns all servers, in the order in which they came. */
  synchronized List<Player> players() {
    return List.copyOf(players.values());
  }

  synchronized Optional<Player> player(String authority) {
    return Optional.ofNullable(players.get(authority));
  }

  /** Returns the instances that the client knows now. */
  synchronized List<ServiceInstance> known() {
    return view.instances();
  }

  synchronized Phase phase() {
    return phase;
  }

  /** Returns why the view is not current, if that is known. */
  synchronized Optional<String> trouble() {
    return trouble;
  }

  /** Returns since when the watch is in this phase, if it is. */
  synchronized Optional<Long> since(Phase wanted) {
    return phase == wanted ? Optional.of(phases.get(wanted)) : Optional.empty();
  }

  /** Returns how many calls have ended. */
  synchronized long calls() {
    return calls;
  }

  /** Returns how often a call had to be sent again. */
  synchronized long repeats() {
    return Math.max(0, attempts - calls);
  }

  synchronized List<String> failures() {
    return List.copyOf(failures);
  }
}
