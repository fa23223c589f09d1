package io.discovery.examples.quickstart;

import io.discovery.Watcher.Phase;
import io.discovery.examples.quickstart.Scoreboard.Player;
import io.discovery.examples.quickstart.Terminal.Colour;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The live view: who is there, how many calls each gets, and how far all that can be trusted. */
final class Panel {
  private static final int CALLS_PER_MARK = 2;
  private static final int FRAMES_OF_A_SECOND = 10;

  private final Scoreboard scoreboard;
  private final Terminal terminal;
  private final String title;
  private final List<Map<String, Long>> frames = new ArrayList<>();

  Panel(Scoreboard scoreboard, Terminal terminal, String title) {
    this.scoreboard = scoreboard;
    this.terminal = terminal;
    this.title = title;
  }

  /** Redraws; to be called ten times a second, by one thread. */
  void draw() {
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

  /** Returns the view in one line, for where nothing is redrawn. */
  String line() {
    List<String> counts = new ArrayList<>();
    for (Player player : scoreboard.players()) {
      if (player.goneAt().isEmpty()) {
        counts.add(player.instance().authority() + " " + player.calls());
      }
    }
    return scoreboard.phase() + ", " + total() + "; by server: " + String.join(", ", counts);
  }
}
