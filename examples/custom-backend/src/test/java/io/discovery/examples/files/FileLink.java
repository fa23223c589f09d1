package io.discovery.examples.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.discovery.RegistryConfig;
import io.discovery.tck.Link;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A way of one's own to the directory: a symbolic link that can lead elsewhere. */
final class FileLink implements Link {
  private final RegistryConfig config;
  private final Path link;
  private final Path root;

  FileLink(RegistryConfig config, Path link, Path root) {
    this.config = config.withEndpoints(link.toString());
    this.link = link;
    this.root = root;
    restore();
  }

  @Override
  public RegistryConfig config() {
    return config;
  }

  /** There are no connections. */
  @Override
  public void cut() {}

  /** There are no connections. */
  @Override
  public void finish() {}

  @Override
  public void refuse() {
    lead(link.resolveSibling("nowhere"));
  }

  @Override
  public void blackHole() {
    Assumptions.abort("a thread that hangs in a system call of the disk cannot be ended");
  }

  @Override
  public void loseAnswers() {
    Assumptions.abort("a file system does not lose answers");
  }

  @Override
  public void restore() {
    lead(root);
  }

  private void lead(Path target) {
    try {
      Path next = link.resolveSibling("next");
      Files.createSymbolicLink(next, target);
      Files.move(next, link, ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    refuse();
  }
}
