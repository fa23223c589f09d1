package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Chapter 7, configuration: slips are found where they are made, and secrets stay secret. */
interface ConfigurationChapter extends Chapter {
  /**
   * An unknown option of this backend, given in code, fails before any I/O and is named. Check that
   * the provider's {@code options} are those that it reads.
   */
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
        message.contains(key) && message.contains("nearest"),
        "message: '" + message + "' (expected: it names " + key + " and the nearest known key)");
  }

  /**
   * An unknown option of this backend, given by a system property, is warned about once, with the
   * nearest known key, and hinders nothing. Check that the provider's {@code options} are those
   * that it reads, and that it leaves the others to the engine.
   */
  @Test
  default void s701_anUnknownPropertyIsWarnedAboutOnce() {
    Scenario stage = scenario();
    stage.needLog();
    String key = stage.config().backend().orElseThrow() + "." + stage.namespace().replace('/', '-');
    try (LogLines lines = new LogLines()) {
      RegistryConfig outside =
          withProperty("discovery." + key, "1", RegistryConfig::fromEnvironment);
      RegistryConfig config =
          stage.prepare(
              outside
                  .withBackend(stage.config().backend().orElseThrow())
                  .withEndpoints(stage.config().endpoints().toArray(new String[0])));
      stage.open(config);
      stage.open(config);
      List<String> warnings = lines.warnings(key);
      stage.check(
          warnings.size() == 1 && warnings.get(0).contains("nearest known key"),
          "warnings about " + key + ": " + warnings + " (expected: one, with the nearest key)");
    }
  }

  /**
   * A value that is none fails, in code and from outside, and the message has the key, the value,
   * the expected form and where it came from. Engine only.
   */
  @Test
  default void s701_aBadValueSaysWhatWasExpected() {
    expectBadTtl("code", () -> RegistryConfig.defaults().with("ttl", "soon"));
    expectBadTtl(
        "system property discovery.ttl",
        () -> withProperty("discovery.ttl", "soon", RegistryConfig::fromEnvironment));
  }

  private void expectBadTtl(String origin, Runnable action) {
    String message =
        scenario().expectFailure(IllegalArgumentException.class, "ttl 'soon'", action).getMessage();
    for (String part : List.of("ttl", "soon", "expected", origin)) {
      scenario().check(message.contains(part), "message: '" + message + "' lacks '" + part + "'");
    }
  }

  private static <T> T withProperty(String key, String value, Supplier<T> action) {
    String before = System.setProperty(key, value);
    try {
      return action.get();
    } finally {
      if (before == null) {
        System.clearProperty(key);
      } else {
        System.setProperty(key, before);
      }
    }
  }

  /**
   * A password shows nowhere in what configuration and registry print. Check what the backend's
   * objects print.
   */
  @Test
  default void s702_secretsAreNotPrinted() {
    Scenario stage = scenario();
    String secret = "s3cr3t-" + stage.namespace();
    RegistryConfig config = stage.config().withCredentials("somebody", secret);
    stage.check(!config.toString().contains(secret), "the configuration prints its password");
    stage.check(
        !config.with("tls", "false").toString().contains(secret),
        "the configuration prints its password");
    Registry registry = stage.open(config);
    stage.check(!registry.toString().contains(secret), "the registry prints its password");
  }

  /**
   * A registry with a password is used while its connection is refused and after; whatever it
   * throws and logs is without the password. Needs a Link. Check messages that quote a
   * configuration or a request.
   */
  @Test
  default void s702_secretsAreNeitherThrownNorLogged() {
    Scenario stage = scenario();
    stage.needLog();
    String secret = "s3cr3t-" + stage.namespace();
    Link link = stage.link();
    link.refuse();
    StringWriter thrown = new StringWriter();
    try (LogLines lines = new LogLines()) {
      Registry registry =
          stage.open(stage.prepare(link.config()).withCredentials("somebody", secret));
      Registration registration = registry.register(Scenario.instance("orders", "1"));
      registry.watch("orders");
      List<Runnable> calls = new ArrayList<>();
      calls.add(() -> registry.list("orders", stage.convergence()));
      calls.add(() -> registration.awaitRegistered(Scenario.QUIET));
      calls.forEach(call -> collect(call, thrown));
      link.restore();
      calls.forEach(call -> collect(call, thrown));
      String said = thrown + String.join("\n", lines.all());
      int at = said.indexOf(secret);
      stage.check(
          at < 0, "a password in: …" + said.substring(Math.max(0, at - 100), Math.max(0, at)));
      stage.check(thrown.getBuffer().length() > 0, "nothing was thrown while refused");
    }
  }

  private static void collect(Runnable call, StringWriter thrown) {
    try {
      call.run();
    } catch (DiscoveryException e) {
      e.printStackTrace(new PrintWriter(thrown, true));
    }
  }
}
