package io.discovery.examples.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.discovery.RegistryConfig;
import io.discovery.tck.Bounds;
import io.discovery.tck.Expiry;
import io.discovery.tck.Fixture;
import io.discovery.tck.Link;
import io.discovery.tck.Server;
import io.discovery.tck.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A temporary directory, looked at and meddled with as an operator would. */
final class FileFixture implements Fixture, Store {
  private final Path home;
  private final Path root;
  private final Tarpit tarpit;
  private final FileServer server;
  private int links;

  FileFixture() {
    try {
      home = Files.createTempDirectory("discovery-files-");
      root = Files.createDirectory(home.resolve("root"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tarpit = new Tarpit(home.resolve("tarpit"));
    server = new FileServer(root, tarpit);
  }

  @Override
  public RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("files").withEndpoints(root.toString());
  }

  @Override
  public Bounds bounds() {
    // The backend never says that its disk is reachable again, so retries wait out their backoff.
    return new Bounds(
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(12));
  }

  @Override
  public Optional<Store> store() {
    return Optional.of(this);
  }

  @Override
  public Optional<Server> server() {
    return Optional.of(server);
  }

  @Override
  public Optional<Link> openLink() {
    return Optional.of(new FileLink(config(), home.resolve("link" + links++), root));
  }

  /** Whoever ends an owner's hold here does it by removing the file. */
  @Override
  public Optional<Expiry> expiry() {
    return Optional.of(this::delete);
  }

  @Override
  public void put(String namespace, String service, String id, byte[] value) {
    Path file = folder(namespace, service).resolve(id);
    try {
      Files.createDirectories(file.getParent());
      Path draft = Files.createTempFile(home, "draft", "");
      Files.write(draft, value);
      Files.move(draft, file, ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void delete(String namespace, String service, String id) {
    try {
      Files.deleteIfExists(folder(namespace, service).resolve(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, byte[]> read(String namespace, String service) {
    Map<String, byte[]> records = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(namespace, service))) {
      for (Path file : files) {
        FileRecord.read(file)
            .ifPresent(record -> records.put(record.entry().id(), record.entry().value()));
      }
    } catch (NoSuchFileException none) {
      return Map.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return records;
  }

  private Path folder(String namespace, String service) {
    return root.resolve("records").resolve(FileStore.namespaceFolder(namespace)).resolve(service);
  }

  @Override
  public void close() {
    deleteAll(home);
  }

  static void deleteAll(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
