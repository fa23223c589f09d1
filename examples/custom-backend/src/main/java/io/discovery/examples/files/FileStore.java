package io.discovery.examples.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Write.Claim;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * The directory. A record is replaced by rename, so readers see it whole; whatever is checked
 * before a change is checked under the lock, so it still holds. Heartbeats take no lock: a process
 * that froze in possession of it costs nobody a record.
 *
 * <p>Blocks. For the disk thread only.
 */
final class FileStore {
  /** File locks exclude other processes; a second one of this process would throw. */
  private static final Object THIS_PROCESS = new Object();

  private final Path root;
  private final Path namespace;
  private final LongSupplier clock;
  private final Map<Path, Sightings> looks = new HashMap<>();

  FileStore(Path root, String namespace, LongSupplier clock) {
    this.root = root;
    this.namespace = root.resolve("records").resolve(namespaceFolder(namespace));
    this.clock = clock;
  }

  /** One folder whatever the depth, so that no service of {@code a} is a namespace {@code a/b}. */
  static String namespaceFolder(String namespace) {
    return FileRecord.fileName("=" + URLEncoder.encode(namespace, UTF_8));
  }

  /** Makes the record true, see {@link io.discovery.spi.Ownership#write}. */
  Void write(FileRecord record, Claim claim) throws IOException {
    Path file = file(record.service(), record.entry().id());
    return changing(
        () -> {
          Optional<FileRecord> there = FileRecord.read(file);
          if (claim == Claim.HEAL && there.filter(record::isForeign).isPresent()) {
            throw new DiscoveryException(Reason.SUPERSEDED, file + " belongs to another process");
          }
          if (!there.equals(Optional.of(record))) {
            Path next = root.resolve("new");
            Files.write(next, record.bytes());
            touch(next);
            Files.createDirectories(file.getParent());
            Files.move(next, file, ATOMIC_MOVE);
          } else {
            touch(file);
          }
        });
  }

  /** Tells that the owner lives; returns whether the record is still its own. */
  boolean beat(String service, String id, String owner) throws IOException {
    Path file = file(service, id);
    if (isOwned(file, owner)) {
      touch(file);
      return true;
    }
    requireRoot();
    return false;
  }

  /** Removes the record if it is the owner's. */
  Void remove(String service, String id, String owner) throws IOException {
    Path file = file(service, id);
    return changing(
        () -> {
          if (isOwned(file, owner)) {
            Files.delete(file);
          }
        });
  }

  /** Returns the complete living set of a service. */
  Listing list(String service) throws IOException {
    List<Entry> entries = new ArrayList<>();
    living(folder(service)).forEach(record -> entries.add(record.entry()));
    return new Listing(identity(), 0, entries); // in this order: no old identity with new entries
  }

  /** Returns the services of this namespace that have a living record. */
  Set<String> services() throws IOException {
    Set<String> services = new TreeSet<>();
    for (Path folder : names(namespace)) {
      living(folder).forEach(record -> services.add(record.service()));
    }
    return services;
  }

  /** Returns the store's random id, empty before the first write. */
  String identity() throws IOException {
    try {
      return Files.readString(root.resolve("store"));
    } catch (NoSuchFileException nothingYet) {
      requireRoot();
      return "";
    }
  }

  /** A directory that is missing, unmounted perhaps, is an outage and not an empty store. */
  private void requireRoot() throws IOException {
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(root.toString());
    }
  }

  private List<FileRecord> living(Path folder) throws IOException {
    Sightings sightings = looks.computeIfAbsent(folder, unseen -> new Sightings());
    List<FileRecord> living = sightings.look(names(folder), clock.getAsLong());
    List<Path> abandoned = sightings.abandoned();
    if (!abandoned.isEmpty() && Files.isWritable(folder)) {
      changing(() -> delete(abandoned, sightings));
    }
    return living;
  }

  private static void delete(List<Path> abandoned, Sightings sightings) throws IOException {
    for (Path file : abandoned) {
      if (sightings.isUnchanged(file)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Lists a directory under the lock: POSIX leaves open whether a name that is being replaced
   * meanwhile appears in a listing.
   */
  private List<Path> names(Path folder) throws IOException {
    List<Path> names = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(root.resolve("lock"), READ)) {
      locked(channel, true, () -> list(folder, names));
    } catch (NoSuchFileException noLock) {
      if (!identity().isEmpty()) {
        throw noLock;
      }
    }
    return names;
  }

  private static void list(Path folder, List<Path> names) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      files.forEach(names::add);
    } catch (NoSuchFileException | NotDirectoryException none) {
      names.clear();
    }
  }

  private Void changing(Step change) throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve("lock"), CREATE, WRITE)) {
      locked(
          channel,
          false,
          () -> {
            if (Files.notExists(root.resolve("store"))) {
              Files.writeString(root.resolve("store"), UUID.randomUUID().toString());
            }
            change.run();
          });
    }
    return null;
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void locked(FileChannel channel, boolean shared, Step step) throws IOException {
    synchronized (THIS_PROCESS) {
      FileLock lock = channel.lock(0, Long.MAX_VALUE, shared); // ends with this process, too
      try {
        step.run();
      } finally {
        lock.release();
      }
    }
  }

  private boolean isOwned(Path file, String owner) throws IOException {
    return FileRecord.read(file).filter(record -> record.owner().equals(owner)).isPresent();
  }

  private Path folder(String service) {
    return namespace.resolve(FileRecord.fileName(service));
  }

  private Path file(String service, String id) {
    return folder(service).resolve(FileRecord.fileName(id));
  }

  /** To the microsecond, so that no two writes of a file look alike. */
  private static void touch(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
