package io.discovery;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Lets so many writes of one registry be under way at a time and the others wait in line. Thousands
 * at once would all run into their deadlines, with all their work done in vain and an unknown
 * outcome each; one that waits in line leaves nothing behind. For the event loop.
 */
final class Window {
  private static final int WIDTH = 64;

  private final Queue<Runnable> line = new ArrayDeque<>();
  private int free = WIDTH;
  private boolean admitting;

  /** Runs {@code turn} when it may begin; {@link #leave} tells that it has ended. */
  void enter(Runnable turn) {
    line.add(turn);
    admit();
  }

  /** One who entered is done. */
  void leave() {
    free++;
    admit();
  }

  /** One loop, not a recursion: a turn may end before it returns. */
  private void admit() {
    if (admitting) {
      return;
    }
    admitting = true;
    try {
      while (free > 0 && !line.isEmpty()) {
        free--;
        line.remove().run();
      }
    } finally {
      admitting = false;
    }
  }
}
