package io.discovery.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How many records are asked for at a time. */
class EtcdPageSizeTest {
  private static final Duration AIM = Duration.ofMillis(250);
  private static final Duration QUICK = Duration.ofMillis(1);

  private final EtcdPageSize size = new EtcdPageSize(50_000, AIM);

  @Test
  void theFirstPageIsModerate() {
    assertEquals(10_000, size.records());
    assertEquals(7, new EtcdPageSize(7, AIM).records());
  }

  @Test
  void theNextIsAsLargeAsThePaceOfTheLastAllows() {
    size.took(10_000, Duration.ofMillis(100), 1_000_000);
    assertEquals(25_000, size.records());
    size.took(25_000, Duration.ofMillis(200), 1_000_000);
    assertEquals(31_250, size.records());
  }

  @Test
  void aSlowPageIsFollowedByAModerateOne() {
    size.took(10_000, Duration.ofMillis(100), 1_000_000);
    size.took(25_000, Duration.ofSeconds(20), 1_000_000);
    assertEquals(10_000, size.records());
  }

  @Test
  void theLastRecordsHaveAPageOfTheirOwn() {
    size.took(10_000, QUICK, 40_000);
    assertEquals(30_000, size.records());
    size.took(30_000, QUICK, 10_000);
    assertEquals(10_000, size.records());
  }

  /** What a store says is left may be nonsense, and nothing is found where all is deleted. */
  @Test
  void noAnswerStopsIt() {
    size.took(0, Duration.ZERO, -1);
    assertEquals(10_000, size.records());
    size.took(50_000, Duration.ZERO, Long.MAX_VALUE);
    assertEquals(50_000, size.records());
  }

  @Test
  void noPageIsLargerThanTheLargest() {
    size.took(10_000, QUICK, 1_000_000);
    assertEquals(50_000, size.records());
    EtcdPageSize two = new EtcdPageSize(2, AIM);
    two.took(2, QUICK, 1_000_000);
    assertEquals(2, two.records());
  }

  @Test
  void afterAPageThatNoMessageHoldsAllAreSmaller() {
    assertTrue(size.shrink());
    assertEquals(1_250, size.records());
    size.took(1_250, QUICK, 1_000_000);
    assertEquals(1_250, size.records());
    for (int expected : new int[] {156, 19, 2, 1}) {
      assertTrue(size.shrink());
      assertEquals(expected, size.records());
    }
    assertFalse(size.shrink());
    assertEquals(1, size.records());
  }
}
