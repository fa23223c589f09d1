package io.discovery.tck;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.Watcher;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A test class on one fixture, with a {@link Scenario} for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
abstract class OnFixture implements Chapter {
  private static final Duration COLD = Duration.ofSeconds(60);

  private Fixture fixture;
  private Scenario scenario;

  /**
   * Creates the fixture of this class, once. May abort by JUnit's {@code Assumptions} when there is
   * no such store on this machine; all tests are then skipped with that reason.
   */
  protected abstract Fixture createFixture();

  final Fixture fixture() {
    return fixture;
  }

  @BeforeAll
  final void openFixture() {
    fixture = createFixture();
    warmUp();
  }

  /**
   * Lives one life of a registry before the first test. In it the JVM loads the classes of a
   * driver, which takes a busy machine longer than any bound of the contract, and those are the
   * store's.
   */
  void warmUp() {
    RegistryConfig config =
        fixture.config().withNamespace("tck/warm-up").withTtl(fixture.bounds().ttl());
    try (Registry registry = Registries.open(config)) {
      registry.register(Scenario.instance("warm", "up")).awaitRegistered(COLD);
      Watcher view = registry.watch("warm");
      Await.until(
          "the first view of this JVM is current",
          COLD,
          () -> view.status().phase() == Watcher.Phase.CURRENT);
    }
  }

  @AfterAll
  final void closeFixture() {
    if (fixture != null) {
      fixture.close();
    }
  }

  @BeforeEach
  final void openScenario(TestInfo test) {
    scenario = new Scenario(fixture, test.getTestMethod().orElseThrow().getName());
  }

  @AfterEach
  final void closeScenario() {
    scenario.close();
  }

  /** For the kit's own chapters. */
  @Override
  public final Scenario scenario() {
    return scenario;
  }
}
