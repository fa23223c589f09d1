package io.discovery;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Lets so many writes of one registry be under way at a time and the others wait in line. Thousands
 * at once might all run into their deadlines, with all their work done in vain and an unknown
 * outcome each; one that waits in line leaves nothing behind. How many a store can do shows: each
 * success allows one more, and a failure begins anew. For the event loop.
 */
final class Window {
  private static final int NARROW = 64;
  private static final int WIDE = 512;

  private final Queue<Runnable> line = new ArrayDeque<>();
  private int width = NARROW;
  private int underWay;
  private boolean admitting;

  /** Runs {@code turn} when it may begin; {@link #leave} tells that it has ended. */
  void enter(Runnable turn) {
    line.add(turn);
    admit();
  }

  /** Takes note of how the store has taken a write; its {@link #leave} follows. */
  void adapt(boolean success) {
    width = success ? Math.min(width + 1, WIDE) : NARROW;
  }

  /** One who entered is done. */
  void leave() {
    underWay--;
    admit();
  }

  /** One loop, not a recursion: a turn may end before it returns. */
  private void admit() {
    if (admitting) {
      return;
    }
    admitting = true;
    try {
      while (underWay < width && !line.isEmpty()) {
        underWay++;
        line.remove().run();
      }
    } finally {
      admitting = false;
    }
  }
}
