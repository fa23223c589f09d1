package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import io.discovery.Registries;
import io.discovery.etcd.EtcdBackendProvider;
import io.discovery.zookeeper.ZooKeeperBackendProvider;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application that is a module, with both backends present (rule 6.4): our jars and gson on the
 * module path, the libraries below on the class path.
 */
class ModulePathTest {
  private static final String MODULE = "module app { requires io.discovery; }";
  private static final String MAIN =
      """
      package app;

      public final class Main {
        public static void main(String[] arguments) {
          try (var registry = io.discovery.Registries.open()) {
            System.out.println(registry);
            registry.list("orders", java.time.Duration.ofSeconds(20));
          } catch (io.discovery.DiscoveryException e) {
            System.out.println(e.reason());
          }
        }
      }
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"etcd", "zookeeper"})
  void aModuleOpensTheBackendThatIsNamed(String backend) throws Exception {
    Path spi = location(Registries.class);
    List<Path> modules = new ArrayList<>(List.of(spi, location(Gson.class)));
    modules.add(jar("io.discovery.etcd", location(EtcdBackendProvider.class)));
    modules.add(jar("io.discovery.zookeeper", location(ZooKeeperBackendProvider.class)));
    modules.add(compile(path(modules)));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Ddiscovery.backend=" + backend,
                "-Ddiscovery.endpoints=127.0.0.1:1",
                "-p",
                path(modules),
                "-cp",
                libraries(),
                "-m",
                "app/app.Main")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    List<String> lines = output.lines().filter(line -> !line.contains("WARNING")).toList();
    assertEquals(0, process.exitValue(), output);
    // Loaded, connected in vain, and said so: nothing was missing on the way.
    assertTrue(lines.contains("discovery-" + backend + "-1"), output);
    assertTrue(lines.contains("UNAVAILABLE"), output);
  }

  private Path compile(String modulePath) throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources/app"));
    Path module = Files.writeString(sources.resolveSibling("module-info.java"), MODULE);
    Path main = Files.writeString(sources.resolve("Main.java"), MAIN);
    Path classes = directory.resolve("app");
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-p",
                modulePath,
                "-d",
                classes.toString(),
                module.toString(),
                main.toString());
    assertEquals(0, failed, "the compiler");
    return classes;
  }

  /** A folder of classes is no automatic module, so what Maven has not packaged yet is packaged. */
  private Path jar(String name, Path classes) throws IOException {
    if (!Files.isDirectory(classes)) {
      return classes;
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Automatic-Module-Name", name);
    Path jar = directory.resolve(name + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> all = Files.walk(classes)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(
            new JarEntry(classes.relativize(path).toString().replace(File.separatorChar, '/')));
        Files.copy(path, out);
        out.closeEntry();
      }
    }
    return jar;
  }

  private static String libraries() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return String.join(
        File.pathSeparator,
        Arrays.stream(all.split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar") && !entry.contains("discovery-"))
            .toList());
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static String path(List<Path> entries) {
    return String.join(File.pathSeparator, entries.stream().map(Path::toString).toList());
  }
}
