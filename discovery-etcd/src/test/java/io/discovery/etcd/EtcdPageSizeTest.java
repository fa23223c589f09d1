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

  private final EtcdPageSize size = new EtcdPageSize(50_000);

  @Test
  void theFirstPageIsModerate() {
    assertEquals(10_000, size.next());
    assertEquals(7, new EtcdPageSize(7).next());
  }

  @Test
  void theNextIsAsLargeAsThePaceOfTheLastAllows() {
    size.took(10_000, 1_000_000, Duration.ofMillis(100), AIM);
    assertEquals(25_000, size.next());
    size.took(25_000, 1_000_000, Duration.ofMillis(200), AIM);
    assertEquals(31_250, size.next());
  }

  @Test
  void aSlowPageIsFollowedByAModerateOne() {
    size.took(10_000, 1_000_000, Duration.ofMillis(100), AIM);
    size.took(25_000, 1_000_000, Duration.ofSeconds(20), AIM);
    assertEquals(10_000, size.next());
  }

  /** A line has become slow, or a member says nothing. */
  @Test
  void whatWasAskedForInVainIsAskedForModerately() {
    size.took(10_000, 1_000_000, QUICK, AIM);
    assertEquals(50_000, size.next());
    assertEquals(10_000, size.next());
    assertEquals(10_000, size.next());
  }

  @Test
  void theLastRecordsHaveAPageOfTheirOwn() {
    size.took(10_000, 40_000, QUICK, AIM);
    assertEquals(30_000, size.next());
    size.took(30_000, 10_000, QUICK, AIM);
    assertEquals(10_000, size.next());
  }

  /** What a store says is left may be nonsense, and nothing is found where all is deleted. */
  @Test
  void noAnswerStopsIt() {
    size.took(0, -1, Duration.ZERO, AIM);
    assertEquals(10_000, size.next());
    size.took(50_000, Long.MAX_VALUE, Duration.ZERO, AIM);
    assertEquals(50_000, size.next());
    size.took(50_000, Long.MIN_VALUE, Duration.ZERO, Duration.ZERO);
    assertEquals(10_000, size.next());
  }

  @Test
  void noPageIsLargerThanTheLargest() {
    size.took(10_000, 1_000_000, QUICK, AIM);
    assertEquals(50_000, size.next());
    EtcdPageSize two = new EtcdPageSize(2);
    two.took(2, 1_000_000, QUICK, AIM);
    assertEquals(2, two.next());
  }

  @Test
  void afterAPageThatNoMessageHoldsAllAreSmaller() {
    size.next();
    for (int expected : new int[] {1_250, 156, 19, 2, 1}) {
      assertTrue(size.shrink());
      assertEquals(expected, size.next());
    }
    assertFalse(size.shrink());
    size.took(1, 1_000_000, QUICK, AIM);
    assertEquals(1, size.next());
  }

  /** A lent client may take a twentieth of what ours does. */
  @Test
  void aLargerPageThatNoMessageHoldsIsFollowedByOneLikeThoseBefore() {
    size.next();
    size.took(10_000, 1_000_000, QUICK, AIM);
    size.next();
    assertTrue(size.shrink());
    assertEquals(10_000, size.next());
    size.took(10_000, 1_000_000, QUICK, AIM);
    assertEquals(10_000, size.next());
    assertTrue(size.shrink());
    assertEquals(1_250, size.next());
  }
}
