package io.discovery.tck;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Debian's etcd in the user's cache directory, fetched once without root: apt works on private
 * lists and caches, dpkg-deb unpacks, nothing is installed. A file lock keeps concurrent JVMs
 * apart, and an atomic move makes the program appear whole or not at all.
 */
final class EtcdDownload {
  private static final long COMMAND_SECONDS = 240;

  private EtcdDownload() {}

  static synchronized Path program() {
    try {
      Path cache = cache();
      Path program = cache.resolve("etcd");
      if (EtcdProgram.isProgram(program)) {
        return program;
      }
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !EtcdProgram.isProgram(program)) {
          fetch(cache, program);
        }
      }
      return program;
    } catch (IOException e) {
      throw new IllegalStateException(
          "No etcd: none is named by -Ddiscovery.test.etcd or ETCD_BIN, none is on the PATH, and"
              + " fetching Debian's package failed. Install etcd 3.4 or newer (on Debian: apt-get"
              + " install etcd-server), or name one by -Ddiscovery.test.etcd=PATH, or skip what"
              + " needs it by -Ddiscovery.test.etcd=none. The failure: "
              + e.getMessage(),
          e);
    }
  }

  private static void fetch(Path cache, Path program) throws IOException {
    Path work = Files.createTempDirectory(cache, "fetch-");
    try {
      Path lists = Files.createDirectories(work.resolve("lists/partial")).getParent();
      Path archives = Files.createDirectories(work.resolve("cache/archives/partial"));
      List<String> apt =
          List.of(
              "apt-get",
              "-q",
              "-oDir::State::Lists=" + lists,
              "-oDir::Cache=" + archives.getParent().getParent(),
              "-oAcquire::Languages=none",
              "-oAcquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
              "-oAcquire::http::Timeout=20",
              "-oAcquire::Retries=2",
              "-oAPT::Sandbox::User=" + System.getProperty("user.name"));
      run(work, apt, "update");
      run(work, apt, "download", "etcd-server");
      run(work, List.of("sh", "-c", "dpkg-deb -x etcd-server_*.deb unpacked"));
      Path unpacked = work.resolve("unpacked/usr/bin/etcd");
      run(work, List.of(unpacked.toString(), "--version"));
      Files.move(unpacked, program, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      try (Stream<Path> paths = Files.walk(work)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void run(Path directory, List<String> command, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        throw new IOException(
            String.join(" ", line)
                + (ended ? " failed: " : " took too long: ")
                + Files.readString(output, StandardCharsets.ISO_8859_1).strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during " + String.join(" ", line), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * The user's cache directory; a user without a home of its own gets one below the temporary one.
   */
  private static Path cache() throws IOException {
    String user = System.getProperty("user.name");
    Path home = Path.of(System.getProperty("user.home"));
    Path parent =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .map(Path::of)
            .orElse(home.resolve(".cache"));
    Path cache =
        Files.isWritable(home)
            ? parent.resolve("discovery-tck")
            : Path.of(System.getProperty("java.io.tmpdir"), "discovery-tck-" + user);
    Files.createDirectories(cache);
    if (!Files.getOwner(cache).getName().equals(user)) {
      throw new IOException(cache + " belongs to " + Files.getOwner(cache) + ", not to " + user);
    }
    return cache;
  }
}
