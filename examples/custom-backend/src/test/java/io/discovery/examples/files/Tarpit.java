package io.discovery.examples.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A named pipe without another end: whoever opens it hangs, as on a disk that does not answer. */
final class Tarpit {
  private final Path directory;

  /** Makes a directory whose every file hangs. */
  Tarpit(Path directory) {
    this.directory = directory;
    try {
      Files.createDirectory(directory);
      int code =
          new ProcessBuilder("mkfifo", pipe().toString(), directory.resolve("store").toString())
              .inheritIO()
              .start()
              .waitFor();
      if (code != 0) {
        throw new IllegalStateException("mkfifo failed: " + code);
      }
      Files.createFile(directory.resolve("records")); // no directory: nothing below it is reached
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  Path directory() {
    return directory;
  }

  Path pipe() {
    return directory.resolve("lock");
  }

  /** Lets those who hang go on, into a failure. */
  void release() {
    for (Path pipe : new Path[] {pipe(), directory.resolve("store")}) {
      // Both ends at once do not hang, and are what the others wait for.
      try (RandomAccessFile ends = new RandomAccessFile(pipe.toFile(), "rw")) {
        ends.write('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
