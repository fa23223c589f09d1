package io.discovery.tck;

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
