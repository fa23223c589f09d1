package io.discovery.tck;

import java.io.File;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Finds the etcd program, in the order that {@link EtcdServer} documents. */
final class EtcdProgram {
  private static final String PROPERTY = "discovery.test.etcd";
  private static final String VARIABLE = "ETCD_BIN";

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private EtcdProgram() {}

  static Optional<String> disabled() {
    if (!"none".equals(System.getProperty(PROPERTY))) {
      return Optional.empty();
    }
    String reason = "-D" + PROPERTY + "=none: what needs an etcd is skipped";
    if (TOLD.compareAndSet(false, true)) {
      System.getLogger("io.discovery.tck").log(Level.WARNING, reason);
    }
    return Optional.of(reason);
  }

  static Path find() {
    disabled()
        .ifPresent(
            reason -> {
              throw new IllegalStateException(reason);
            });
    return named("-D" + PROPERTY, System.getProperty(PROPERTY))
        .or(() -> named("environment variable " + VARIABLE, System.getenv(VARIABLE)))
        .or(EtcdProgram::onPath)
        .orElseGet(EtcdDownload::program);
  }

  /** A path that the user gave must be right; falling through to another etcd would mislead. */
  private static Optional<Path> named(String origin, String path) {
    if (path == null || path.isBlank()) {
      return Optional.empty();
    }
    if (!isProgram(Path.of(path))) {
      throw new IllegalStateException(
          origin + ": '" + path + "' (expected: the path of an executable etcd, 3.4 or newer)");
    }
    return Optional.of(Path.of(path).toAbsolutePath());
  }

  private static Optional<Path> onPath() {
    for (String directory :
        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(directory, "etcd");
      if (isProgram(candidate)) {
        return Optional.of(candidate.toAbsolutePath());
      }
    }
    return Optional.empty();
  }

  static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }
}
