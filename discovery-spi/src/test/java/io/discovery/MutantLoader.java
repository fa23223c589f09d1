package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;

/**
 * A second copy of engine and simulation in which one line of the engine is another. The copy
 * shares no class with the original but those of the JDK and of libraries.
 */
final class MutantLoader extends ClassLoader {
  private static final Path SOURCES = Path.of("src", "main", "java", "io", "discovery");

  private final Path mutated;

  private MutantLoader(Path mutated) {
    super(MutantLoader.class.getClassLoader());
    this.mutated = mutated;
  }

  /** Compiles the mutant below {@code folder}. */
  static MutantLoader of(Mutant mutant, Path folder) throws IOException, URISyntaxException {
    String source = Files.readString(SOURCES.resolve(mutant.source + ".java"), UTF_8);
    int at = source.indexOf(mutant.original);
    if (at < 0 || source.indexOf(mutant.original, at + 1) >= 0) {
      throw new AssertionError(
          mutant
              + ": '"
              + mutant.original
              + "' is not there exactly once in "
              + mutant.source
              + ".java (expected: a mutant that follows the engine)");
    }
    Path file = folder.resolve(mutant.source + ".java");
    Files.writeString(file, source.replace(mutant.original, mutant.replacement), UTF_8);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    String path =
        locationOf(RegistryEngine.class)
            + java.io.File.pathSeparator
            + locationOf(JsonReader.class);
    ToolProvider javac =
        ToolProvider.findFirst("javac")
            .orElseThrow(() -> new AssertionError("no javac (expected: test.jvm.args of the pom)"));
    int failures =
        javac.run(
            out,
            out,
            "-proc:none",
            "-nowarn",
            "-implicit:none",
            "-cp",
            path,
            "-d",
            classes.toString(),
            file.toString());
    if (failures != 0) {
      throw new AssertionError(mutant + " does not compile:\n" + said);
    }
    return new MutantLoader(classes);
  }

  private static Path locationOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.discovery.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    Path own = mutated.resolve(file);
    try (InputStream in =
        Files.exists(own) ? Files.newInputStream(own) : getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
