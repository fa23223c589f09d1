package io.discovery.tck;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.ChaosStep.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A schedule is its seed's, and whatever it hurts it heals. */
class ChaosScheduleTest {
  private static final Map<Kind, Kind> CURES =
      Map.ofEntries(
          entry(Kind.KILL_SERVER, Kind.HEAL_SERVER),
          entry(Kind.STOP_SERVER, Kind.HEAL_SERVER),
          entry(Kind.PAUSE_SERVER, Kind.HEAL_SERVER),
          entry(Kind.REFUSE, Kind.HEAL_PATH),
          entry(Kind.BLACK_HOLE, Kind.HEAL_PATH),
          entry(Kind.LOSE_ANSWERS, Kind.HEAL_PATH),
          entry(Kind.LOSE_REQUESTS, Kind.HEAL_PATH),
          entry(Kind.DELAY, Kind.HEAL_PATH),
          entry(Kind.THROTTLE, Kind.HEAL_PATH),
          entry(Kind.CUT_AFTER, Kind.HEAL_PATH),
          entry(Kind.FREEZE, Kind.THAW),
          entry(Kind.KILL, Kind.LAUNCH));

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

  @Test
  void aPathIsSparedWhatItCannotSuffer() {
    try (MemoryFixture fixture = new MemoryFixture()) {
      Set<Kind> seen =
          ChaosSchedule.draw(1, Duration.ofMinutes(10), fixture).stream()
              .map(ChaosStep::kind)
              .collect(Collectors.toSet());
      assertTrue(seen.contains(Kind.BLACK_HOLE), "seen: " + seen);
      assertFalse(seen.contains(Kind.DELAY), "seen: " + seen);
    }
  }

  private static List<ChaosStep> draw(long seed) {
    return ChaosSchedule.draw(seed, Duration.ofSeconds(60), new Proxied());
  }

  /** A path that leads nowhere can suffer as any other, and more than one in memory. */
  private static final class Proxied extends MemoryFixture {
    @Override
    public Optional<Link> openLink() {
      return Optional.of(Link.through(new TcpProxy(Ports.free()), config()));
    }
  }
}
