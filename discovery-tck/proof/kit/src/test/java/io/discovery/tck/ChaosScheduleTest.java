package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.ChaosStep.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A schedule is its seed's, and whatever it hurts it heals. */
class ChaosScheduleTest {
  private static final Map<Kind, Kind> CURES =
      Map.of(
          Kind.KILL_SERVER, Kind.HEAL_SERVER,
          Kind.STOP_SERVER, Kind.HEAL_SERVER,
          Kind.PAUSE_SERVER, Kind.HEAL_SERVER,
          Kind.REFUSE, Kind.HEAL_PATH,
          Kind.BLACK_HOLE, Kind.HEAL_PATH,
          Kind.LOSE_ANSWERS, Kind.HEAL_PATH,
          Kind.FREEZE, Kind.THAW,
          Kind.KILL, Kind.LAUNCH);

  @Test
  void theSameSeedGivesTheSameSteps() {
    assertEquals(draw(7), draw(7));
    assertNotEquals(draw(7), draw(8));
  }

  @Test
  void everyFaultEndsBeforeTheNextOfItsKindThere() {
    for (long seed = 1; seed <= 50; seed++) {
      Map<String, ChaosStep> open = new HashMap<>();
      for (ChaosStep step : draw(seed)) {
        if (CURES.containsKey(step.kind())) {
          Kind cure = CURES.get(step.kind());
          ChaosStep other = open.put(cure + " " + step.who(), step);
          assertEquals(null, other, "seed " + seed + ": " + step);
        } else if (CURES.containsValue(step.kind())) {
          ChaosStep hurt = open.remove(step.kind() + " " + step.who());
          assertTrue(hurt != null && hurt.at() <= step.at(), "seed " + seed + ": " + step);
        }
      }
      assertEquals(Map.of(), open, "seed " + seed);
    }
  }

  @Test
  void fiftySeedsHaveEverything() {
    Set<Kind> seen =
        LongStream.rangeClosed(1, 50)
            .mapToObj(ChaosScheduleTest::draw)
            .flatMap(List::stream)
            .map(ChaosStep::kind)
            .collect(Collectors.toSet());
    assertEquals(EnumSet.allOf(Kind.class), seen);
  }

  private static List<ChaosStep> draw(long seed) {
    try (MemoryFixture fixture = new MemoryFixture()) {
      return ChaosSchedule.draw(seed, Duration.ofSeconds(60), fixture);
    }
  }
}
