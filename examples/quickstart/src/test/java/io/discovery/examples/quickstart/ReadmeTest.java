package io.discovery.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.RegistryConfig;
import io.discovery.spi.BackendProvider;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says exists: its settings, its files, and the types and methods of its Java. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Set<String> SHOWN = Set.of("etcd", "zookeeper");

  /** What the snippets leave out. */
  private static final String AROUND =
      """
      import io.discovery.*;
      import io.discovery.grpc.*;
      import io.discovery.tck.*;
      import io.grpc.*;
      import io.grpc.Server;
      import java.time.Duration;
      import java.util.Optional;
      class Around {
        ChannelCredentials credentials;
        ServerCredentials serverCredentials;
        BindableService orders;
        ManagedChannelBuilder<?> builder;
        io.grpc.stub.AbstractStub<?> stub;
        Registry registry;
        class MyFixture implements Fixture {
          public RegistryConfig config() { return RegistryConfig.defaults(); }
          public Bounds bounds() { return Bounds.usual(Duration.ZERO, Duration.ZERO); }
        }
        void run() throws Exception {
      %s
        }
      }
      """;

  private final String readme = Files.readString(ROOT.resolve("README.md"));

  ReadmeTest() throws IOException {}

  @Test
  void listsEverySetting() {
    String table = readme.substring(readme.indexOf("<!-- settings"));
    Set<String> listed = new TreeSet<>();
    find("(?m)^\\| `([a-z0-9.-]+)` \\|", table).forEach(row -> listed.add(row.group(1)));
    assertEquals(known(), listed);
  }

  /** The message about an unknown key lists them all. */
  private static Set<String> known() {
    RegistryConfig defaults = RegistryConfig.defaults();
    var unknown = assertThrows(IllegalArgumentException.class, () -> defaults.with("nothing", ""));
    MatchResult all = find("all: \\[([^]]+)]", unknown.getMessage()).get(0);
    Set<String> known = new TreeSet<>(List.of(all.group(1).split(", ")));
    for (BackendProvider backend : ServiceLoader.load(BackendProvider.class)) {
      if (SHOWN.contains(backend.name())) {
        backend.options().forEach(option -> known.add(backend.name() + "." + option));
      }
    }
    return known;
  }

  @Test
  void linksToFiles() {
    List<MatchResult> links = find("]\\(([^)#:]+)(#[^)]*)?\\)", readme);
    assertFalse(links.isEmpty());
    links.forEach(link -> assertTrue(Files.exists(ROOT.resolve(link.group(1))), link.group(1)));
  }

  @Test
  void itsJavaCompiles(@TempDir Path classes) {
    List<MatchResult> snippets = find("(?s)```java\n(.*?)```", readme);
    assertEquals(5, snippets.size());
    for (MatchResult snippet : snippets) {
      StringWriter messages = new StringWriter();
      boolean compiles =
          ToolProvider.getSystemJavaCompiler()
              .getTask(
                  messages,
                  null,
                  null,
                  List.of("-proc:none", "-d", classes.toString()),
                  null,
                  List.of(source(AROUND.formatted(snippet.group(1)))))
              .call();
      assertTrue(compiles, () -> messages + "\n" + snippet.group(1));
    }
  }

  private static JavaFileObject source(String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///Around.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  private static List<MatchResult> find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.results().toList();
  }
}
