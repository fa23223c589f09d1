package io.discovery.tck;

import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.spi.BackendProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chapter 6, choosing the backend. */
interface ChoiceChapter extends Chapter {
  /**
   * The backend is found by its name, given in code or by system property, with no change of code.
   * Check META-INF/services, and the provider's name.
   */
  @Test
  default void s601_foundByName() {
    Scenario stage = scenario();
    String name = stage.config().backend().orElseThrow();
    Registry named = stage.open(stage.config());
    stage.register(named, Scenario.instance("orders", "1"));
    String before = System.setProperty("discovery.backend", name);
    try {
      RegistryConfig outside = RegistryConfig.fromEnvironment();
      stage.check(outside.backend().equals(stage.config().backend()), "from outside: " + outside);
      String endpoints = String.join(",", stage.config().endpoints());
      Registry registry =
          stage.open(outside.withEndpoints(endpoints).withNamespace(stage.namespace()));
      int seen = registry.list("orders", stage.convergence()).instances().size();
      stage.check(seen == 1, seen + " instances seen by the backend of the system property");
    } finally {
      if (before == null) {
        System.clearProperty("discovery.backend");
      } else {
        System.setProperty("discovery.backend", before);
      }
    }
  }

  /** A name that nobody has fails with those that there are. Check META-INF/services. */
  @Test
  default void s602_anUnknownNameSaysWhatThereIs() {
    Scenario stage = scenario();
    String name = stage.config().backend().orElseThrow();
    String message =
        stage
            .expectFailure(
                IllegalStateException.class,
                "an unknown backend",
                () -> Registries.open("no-such-backend", RegistryConfig.defaults()).close())
            .getMessage();
    stage.check(
        message.contains("no-such-backend") && message.contains(name),
        "message: '" + message + "' (expected: it names both no-such-backend and " + name + ")");
  }

  /**
   * Two registries of one JVM with different namespaces do not see each other. Check for state that
   * registries share, and that keys begin with the namespace.
   */
  @Test
  default void s604_severalRegistriesInOneJvm() {
    Scenario stage = scenario();
    Registry here = stage.open();
    Registry there = stage.open(stage.config().withNamespace(stage.namespace() + "-2"));
    stage.register(here, Scenario.instance("orders", "1"));
    stage.register(there, Scenario.instance("orders", "2"));
    stage.expectListed("orders", Scenario.instance("orders", "1"));
    int seen = there.list("orders", stage.convergence()).instances().size();
    stage.check(seen == 1, seen + " instances in the other namespace (expected: its own)");
  }

  /**
   * Several backends on the class path, this one and the kit's own, and none chosen: it fails with
   * what there is and how to choose. Engine only.
   */
  @Test
  default void s602_severalWithoutAChoiceFail() {
    Scenario stage = scenario();
    RegistryConfig.fromEnvironment()
        .backend()
        .ifPresent(name -> stage.skip("a backend is chosen from outside: " + name));
    String message =
        stage
            .expectFailure(
                IllegalStateException.class,
                "a choice by chance",
                () -> Registries.open(RegistryConfig.defaults()).close())
            .getMessage();
    for (String part : List.of(stage.config().backend().orElseThrow(), "discovery.backend")) {
      stage.check(message.contains(part), "message: '" + message + "' lacks '" + part + "'");
    }
  }

  /**
   * A provider that cannot be loaded stands on the class path beside this one: this one works, and
   * a name that is not found is reported with what could not be loaded. Engine only.
   */
  @Test
  default void s603_aBrokenProviderBreaksNoOther() throws IOException {
    Scenario stage = scenario();
    String broken = "io.discovery.tck.no.such.Provider";
    Path home = Files.createTempDirectory("discovery-broken-");
    Path entry = home.resolve("META-INF/services/" + BackendProvider.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    Files.createDirectories(entry.getParent());
    Files.writeString(entry, broken);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {home.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      Registration registration = stage.register(stage.open(), Scenario.instance("orders", "1"));
      stage.expectListed("orders", registration.instance());
      String message =
          stage
              .expectFailure(
                  IllegalStateException.class,
                  "a backend that cannot be loaded",
                  () -> Registries.open("no-such-backend", RegistryConfig.defaults()).close())
              .getMessage();
      stage.check(message.contains(broken), "message: '" + message + "' lacks '" + broken + "'");
    } finally {
      thread.setContextClassLoader(before);
      for (Path path = entry; !path.equals(home.getParent()); path = path.getParent()) {
        Files.delete(path);
      }
    }
  }
}
