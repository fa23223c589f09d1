package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.Watcher;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Chapters 6 and 7: choosing this backend, and configuring it. */
interface ChoiceChapter extends Chapter {
  /**
   * The backend is found by its name, given in code or by system property, with no change of code.
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

  /** Two registries of one JVM with different namespaces do not see each other. */
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

  /** An unknown option of this backend, given in code, fails before any I/O and is named. */
  @Test
  default void s701_anUnknownOptionFails() {
    Scenario stage = scenario();
    String key = stage.config().backend().orElseThrow() + ".no-such-option";
    String message =
        stage
            .expectFailure(
                IllegalArgumentException.class,
                "an unknown option",
                () -> stage.open(stage.config().with(key, "1")))
            .getMessage();
    stage.check(
        message.contains(key), "message: '" + message + "' (expected: it names " + key + ")");
  }

  /** A password shows nowhere in what configuration and registry print. */
  @Test
  default void s702_secretsAreNotPrinted() {
    Scenario stage = scenario();
    String secret = "s3cr3t-" + stage.namespace();
    RegistryConfig config = stage.config().withCredentials("somebody", secret);
    stage.check(!config.toString().contains(secret), "the configuration prints its password");
    stage.check(
        !config.with("tls", "false").toString().contains(secret),
        "the configuration prints its password");
  }

  /**
   * With a password and without a store, nothing that fails says the password. Needs a Link. Check
   * what failures quote of the configuration.
   */
  @Test
  default void s702_failuresKeepTheSecret() {
    Scenario stage = scenario();
    Link link = stage.link();
    link.refuse();
    String secret = "s3cr3t-" + stage.namespace();
    Registry registry =
        stage.open(
            link.config().withNamespace(stage.namespace()).withCredentials("somebody", secret));
    Registration registration = registry.register(Scenario.instance("orders", "1"));
    Watcher watcher = registry.watch("orders");
    Duration timeout = stage.config().requestTimeout().plusSeconds(1);
    keepsSecret(
        secret,
        stage.expectFailure(
            DiscoveryException.class,
            "awaitRegistered without a store",
            () -> registration.awaitRegistered(timeout)));
    keepsSecret(
        secret,
        stage.expectFailure(
            DiscoveryException.class,
            "a list without a store",
            () -> registry.list("orders", timeout)));
    stage.await("a cause", stage.detection(), () -> watcher.status().cause().isPresent());
    keepsSecret(secret, watcher.status().cause().orElseThrow());
    stage.check(!registry.toString().contains(secret), "the registry prints its password");
  }

  private void keepsSecret(String secret, Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    boolean kept = !text.toString().contains(secret);
    scenario()
        .check(kept, "a failure prints the password: " + text.toString().replace(secret, "***"));
  }
}
