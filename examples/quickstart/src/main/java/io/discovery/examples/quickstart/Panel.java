package io.discovery.examples.quickstart;

import io.discovery.Watcher.Phase;
import io.discovery.examples.quickstart.Scoreboard.Player;
import io.discovery.examples.quickstart.Terminal.Colour;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The live view: who is there, how many calls each gets, and how far all that can be trusted. Drawn
 * by a thread of its own until closed; where nothing can be redrawn, a line now and then.
 */
final class Panel implements AutoCloseable {
  private static final int FRAME_MILLIS = 100;
  private static final int LINE_MILLIS = 5_000;
  private static final int CALLS_PER_MARK = 2;
  private static final int FRAMES_OF_A_SECOND = 10;

  private final Scoreboard scoreboard;
  private final Terminal terminal;
  private final String title;
  private final List<Map<String, Long>> frames = new ArrayList<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "panel");
            thread.setDaemon(true);
            return thread;
          });

  Panel(Scoreboard scoreboard, Terminal terminal, String title) {
    this.scoreboard = scoreboard;
    this.terminal = terminal;
    this.title = title;
  }

  /**
   * Begins.
   *
   * @param teller where lines go
   */
  void start(Consumer<String> teller) {
    Runnable draw = terminal.isLive() ? this::draw : () -> teller.accept(line());
    int millis = terminal.isLive() ? FRAME_MILLIS : LINE_MILLIS;
    var unused = clock.scheduleAtFixedRate(draw, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void draw() {
    List<Player> players = scoreboard.players();
    Map<String, Long> now = new HashMap<>();
    players.forEach(player -> now.put(player.instance().authority(), player.calls()));
    frames.add(now);
    Map<String, Long> before = frames.get(0);
    if (frames.size() > FRAMES_OF_A_SECOND) {
      frames.remove(0);
    }
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("  " + terminal.paint(Colour.BOLD, title) + "   " + phase());
    lines.add("");
    lines.add(terminal.paint(Colour.DIM, "  server            zone  weight    calls   calls/s"));
    for (Player player : players) {
      String authority = player.instance().authority();
      lines.add(row(player, player.calls() - before.getOrDefault(authority, 0L)));
    }
    lines.add("");
    lines.add("  " + total());
    terminal.show(lines);
  }

  private String phase() {
    Phase phase = scoreboard.phase();
    Colour colour =
        switch (phase) {
          case CURRENT -> Colour.GREEN;
          case STALE -> Colour.YELLOW;
          default -> Colour.DIM;
        };
    String note = phase == Phase.STALE ? " (the registry is away; last known good)" : "";
    return terminal.paint(colour, phase + note);
  }

  private String row(Player player, long rate) {
    String bar = "#".repeat((int) Math.min(30, rate / CALLS_PER_MARK));
    String text =
        String.format(
            Locale.ROOT,
            "  %-16s  %-4s  %6d  %7d  %7d   %s",
            player.instance().authority(),
            player.instance().metadata().getOrDefault("zone", "-"),
            player.instance().weight(),
            player.calls(),
            rate,
            player.fate().isEmpty() ? bar : bar + " " + player.fate());
    return player.goneAt().isPresent() ? terminal.paint(Colour.DIM, text) : text;
  }

  private String total() {
    int failures = scoreboard.failures().size();
    String failed = failures + (failures == 1 ? " failure" : " failures");
    return String.format(Locale.ROOT, "%,d calls, ", scoreboard.calls())
        + terminal.paint(failures == 0 ? Colour.GREEN : Colour.RED, failed);
  }

  private String line() {
    List<String> counts = new ArrayList<>();
    for (Player player : scoreboard.players()) {
      if (player.goneAt().isEmpty()) {
        counts.add(player.instance().authority() + " " + player.calls());
      }
    }
    return scoreboard.phase() + ", " + total() + "; by server: " + String.join(", ", counts);
  }

  /** Leaves the last view as it is. */
  @Override
  public void close() {
    clock.shutdownNow();
    terminal.keepPanel();
  }
}
