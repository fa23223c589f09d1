package io.discovery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation is worth as much as the mistakes it finds: each {@link Mutant} of the engine must
 * break its promise within a fraction of the seeds of {@link SimulationTest}.
 */
class MutantTest {
  private static final long SEEDS = 2_000;

  @TempDir private Path folder;

  @BeforeAll
  static void silence() {
    SimSilence.begin();
  }

  @AfterAll
  static void speak() {
    SimSilence.end();
  }

  @ParameterizedTest
  @EnumSource
  void isFound(Mutant mutant) throws Exception {
    Class<?> hunt = MutantLoader.of(mutant, folder).loadClass(SimHunt.class.getName());
    Method firstViolation = hunt.getDeclaredMethod("firstViolation", long.class);
    firstViolation.setAccessible(true);
    String found = (String) firstViolation.invoke(null, SEEDS);
    assertTrue(
        found.startsWith(mutant.breaks + " "),
        () -> mutant + " breaks " + found + " (expected: " + mutant.breaks + ")");
  }
}
