package io.discovery;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a choice can fail has its own message with its remedy (rules 6.1 to 6.3). */
class BackendsTest {
  @TempDir Path directory;

  /** Providers as they would be found on a class path. */
  public abstract static class Fake implements BackendProvider {
    @Override
    public String name() {
      return "one";
    }

    @Override
    public Set<String> options() {
      return Set.of("page-size");
    }

    @Override
    public Backend connect(RegistryConfig config, BackendContext context) {
      return (Backend)
          Proxy.newProxyInstance(
              Backend.class.getClassLoader(),
              new Class<?>[] {Backend.class},
              (proxy, method, arguments) -> CompletableFuture.completedFuture(null));
    }
  }

  /** Named "one". */
  public static final class One extends Fake {}

  /** Named "one" as well. */
  public static final class Another extends Fake {}

  /** Named "two". */
  public static final class Two extends Fake {
    @Override
    public String name() {
      return "two";
    }
  }

  /** Fails to load. */
  public static final class Broken extends Fake {
    public Broken() {
      throw new IllegalStateException("wrong version of a dependency");
    }
  }

  /** Loads, and misses a library when it is to connect. */
  public static final class Incomplete extends Fake {
    @Override
    public Backend connect(RegistryConfig config, BackendContext context) {
      throw new NoClassDefFoundError("org/example/Client");
    }
  }

  private String failure(RegistryConfig config, Class<?>... providers) throws IOException {
    return assertThrows(RuntimeException.class, () -> open(config, providers)).getMessage();
  }

  private String open(RegistryConfig config, Class<?>... providers) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(
        services.resolve(BackendProvider.class.getName()),
        Arrays.stream(providers).map(Class::getName).toList());
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (Jar jar = new Jar(directory)) {
      Thread.currentThread().setContextClassLoader(jar);
      try (Registry registry = Registries.open(config)) {
        return registry.toString();
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  /**
   * Defines the fakes itself, as if they came in a jar of their own, and names them as services.
   */
  private static final class Jar extends URLClassLoader {
    Jar(Path directory) throws IOException {
      super(new URL[] {directory.toUri().toURL()}, BackendsTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(BackendsTest.class.getName() + "$") || findLoadedClass(name) != null) {
        return super.loadClass(name, resolve);
      }
      try (InputStream bytes =
          BackendsTest.class.getResourceAsStream(
              name.substring(name.lastIndexOf('.') + 1) + ".class")) {
        byte[] code = bytes.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @Test
  void theOnlyOneIsChosen() throws IOException {
    assertTrue(open(RegistryConfig.defaults(), One.class).startsWith("discovery-one-"));
  }

  @Test
  void theSystemPropertyChoosesUnlessCodeDoes() throws IOException {
    System.setProperty("discovery.backend", "two");
    try {
      assertTrue(
          open(RegistryConfig.defaults(), One.class, Two.class).startsWith("discovery-two-"));
      assertTrue(
          open(RegistryConfig.defaults().withBackend("one"), One.class, Two.class)
              .startsWith("discovery-one-"));
    } finally {
      System.clearProperty("discovery.backend");
    }
  }

  @Test
  void noneSaysWhatToAdd() throws IOException {
    String message = failure(RegistryConfig.defaults());
    assertTrue(message.startsWith("no backend found: add io.discovery:discovery-etcd"), message);
  }

  @Test
  void severalSayHowToChoose() throws IOException {
    String message = failure(RegistryConfig.defaults(), One.class, Two.class);
    assertTrue(
        message.startsWith("several backends found: [one (")
            && message.contains("-Ddiscovery.backend="),
        message);
  }

  @Test
  void anUnknownNameSaysWhatThereIs() throws IOException {
    String message = failure(RegistryConfig.defaults().withBackend("etdc"), One.class);
    assertTrue(message.startsWith("no backend named 'etdc'; found: [one ("), message);
  }

  @Test
  void aDuplicateSaysWhichClasses() throws IOException {
    String message =
        failure(RegistryConfig.defaults().withBackend("one"), One.class, Another.class);
    assertTrue(
        message.startsWith("two backends are named 'one'") && message.contains("Another"), message);
    String undecided = failure(RegistryConfig.defaults(), One.class, Another.class);
    assertTrue(undecided.startsWith("two backends are named 'one'"), undecided);
  }

  @Test
  void aBrokenOneBreaksNoOtherAndItsCauseIsTold() throws IOException {
    assertTrue(
        open(RegistryConfig.defaults().withBackend("one"), Broken.class, One.class)
            .startsWith("discovery-one-"));
    String message = failure(RegistryConfig.defaults().withBackend("broken"), Broken.class);
    assertTrue(message.contains("could not be loaded") && message.contains("Broken"), message);
    assertTrue(message.contains("wrong version of a dependency"), message);
    assertTrue(
        failure(RegistryConfig.defaults(), Broken.class).startsWith("no backend could be loaded"));
  }

  @Test
  void aMissingLibraryIsSaidToBeOne() throws IOException {
    String message = failure(RegistryConfig.defaults(), Incomplete.class);
    assertTrue(
        message.startsWith("backend 'one' lacks a library")
            && message.contains("org/example/Client"),
        message);
  }

  @Test
  void anotherBackendsOptionIsFineATypoInItIsNot() throws IOException {
    RegistryConfig config = RegistryConfig.defaults().withBackend("two");
    open(config.with("one.page-size", "5"), One.class, Two.class);
    String message = failure(config.with("one.page-sise", "5"), One.class, Two.class);
    assertTrue(message.contains("one.page-sise"), message);
  }

  @Test
  void anUnknownOptionInCodeIsRefused() throws IOException {
    String message = failure(RegistryConfig.defaults().with("one.page-sise", "5"), One.class);
    assertTrue(message.contains("nearest known key: 'one.page-size'"), message);
    RegistryConfig known = RegistryConfig.defaults().with("one.page-size", "5");
    assertTrue(open(known, One.class).startsWith("discovery-one-"));
  }
}
