package io.discovery.examples.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.discovery.tck.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory as something that can fail: unmounted (it is elsewhere), hung (whoever opens the
 * lock hangs), emptied.
 */
final class FileServer implements Server {
  private final Path root;
  private final Path away;
  private final Path saved;
  private final Tarpit tarpit;

  FileServer(Path root, Tarpit tarpit) {
    this.root = root;
    this.away = root.resolveSibling("unmounted");
    this.saved = root.resolveSibling("lock-saved");
    this.tarpit = tarpit;
  }

  @Override
  public void start() {
    resume();
    move(away, root);
  }

  @Override
  public void stop() {
    resume();
    move(root, away);
  }

  @Override
  public void kill() {
    stop();
  }

  @Override
  public void pause() {
    try {
      Files.createLink(saved, root.resolve("lock"));
      Path trap = root.resolveSibling("trap");
      Files.createLink(trap, tarpit.pipe());
      Files.move(trap, root.resolve("lock"), ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void resume() {
    move(saved, root.resolve("lock"));
    tarpit.release();
  }

  @Override
  public void wipe() {
    stop();
    FileFixture.deleteAll(away);
    try {
      Files.createDirectory(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void move(Path from, Path to) {
    try {
      if (Files.exists(from)) {
        Files.move(from, to, ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
