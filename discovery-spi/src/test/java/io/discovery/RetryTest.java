package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A thousand clients of one store (rule 3.18). */
class RetryTest {
  private static final int CLIENTS = 1_000;

  private final VirtualTime time = new VirtualTime();
  private final AtomicInteger attempts = new AtomicInteger();
  private final List<Retry> herd = new ArrayList<>();

  private void fail(int failures) {
    for (int i = 0; i < CLIENTS; i++) {
      Retry retry =
          new Retry(time, new Moments(time, new SplittableRandom(i)), attempts::incrementAndGet);
      for (int k = 0; k < failures; k++) {
        retry.after(Reason.UNAVAILABLE);
      }
      herd.add(retry);
    }
  }

  @Test
  void aStoreThatIsBackIsMetBySomeAndThenByAll() {
    for (int failures = 2; failures < 8; failures++) {
      herd.clear();
      attempts.set(0);
      fail(failures);
      herd.forEach(Retry::hurry);
      time.advance(Duration.ofSeconds(1));
      int early = attempts.get();
      assertTrue(
          early > 0 && early < CLIENTS / 2,
          early + " came in the first second after " + failures + " failures");
      herd.forEach(Retry::hurry); // said again, it puts nobody off
      time.advance(Duration.ofSeconds(1));
      assertEquals(CLIENTS, attempts.get(), "within two seconds");
    }
  }

  /** As those do that were sent to a server before it was found dead. */
  @Test
  void anAttemptThatFailsLaterIsMadeAgainSoon() {
    fail(6);
    time.advance(Duration.ofSeconds(30));
    assertEquals(CLIENTS, attempts.getAndSet(0));
    herd.forEach(Retry::hurry);
    herd.forEach(retry -> retry.after(Reason.UNAVAILABLE));
    time.advance(Duration.ofSeconds(2));
    assertEquals(CLIENTS, attempts.getAndSet(0), "within two seconds");

    herd.forEach(retry -> retry.after(Reason.UNAVAILABLE));
    time.advance(Duration.ofSeconds(2));
    assertTrue(attempts.get() < CLIENTS / 5, "told once, " + attempts + " came in haste twice");
  }

  /** That was told before is no news any more. */
  @Test
  void anAttemptThatSucceedsForgetsThatTheStoreIsBack() {
    for (int i = 0; i < CLIENTS; i++) {
      herd.add(
          new Retry(time, new Moments(time, new SplittableRandom(i)), attempts::incrementAndGet));
    }
    herd.forEach(Retry::hurry);
    herd.forEach(Retry::succeeded);
    herd.forEach(retry -> retry.after(Reason.UNAVAILABLE));
    time.advance(Duration.ofMillis(250));
    assertTrue(attempts.get() < CLIENTS / 2, attempts + " came within a quarter of a second");
  }

  /** What they read then shares requests. */
  @Test
  void viewsOfOneRegistryComeTogether() {
    Moments moments = new Moments(time, new SplittableRandom(1));
    for (int i = 0; i < CLIENTS; i++) {
      herd.add(new Retry(time, moments, attempts::incrementAndGet));
    }
    for (int round = 1; round <= 5; round++) {
      herd.forEach(retry -> retry.after(Reason.UNAVAILABLE));
      long longest = Duration.ofSeconds(1L << (round - 1)).toMillis();
      for (long waited = 0; attempts.get() == 0; waited++) {
        assertTrue(waited <= longest, "none came within " + longest + " ms");
        time.advance(Duration.ofMillis(1));
      }
      assertEquals(CLIENTS, attempts.getAndSet(0), "in round " + round);
    }
  }

  /** One that falls ill later must not have those come every second that wait for a minute. */
  @Test
  void aNewcomerDoesNotWakeWhoHasFailedOften() {
    Moments moments = new Moments(time, new SplittableRandom(1));
    Retry old = new Retry(time, moments, attempts::incrementAndGet);
    for (int k = 0; k < 6; k++) {
      time.advance(Duration.ofSeconds(31));
      old.after(Reason.UNAVAILABLE);
    }
    time.advance(Duration.ofSeconds(31));
    attempts.set(0);
    for (int second = 0; second < 300; second++) {
      new Retry(time, moments, () -> {}).after(Reason.UNAVAILABLE);
      if (!old.waiting()) {
        old.after(Reason.UNAVAILABLE);
      }
      time.advance(Duration.ofSeconds(1));
    }
    assertTrue(attempts.get() < 60, attempts + " attempts in five minutes of up to 30 s each");
  }

  @Test
  void aFirstRetryComesWithinASecond() {
    fail(1);
    time.advance(Duration.ofSeconds(1));
    assertEquals(CLIENTS, attempts.get());
  }

  /** Who was cut is back soon after its connection, and never later for that. */
  @Test
  void aFirstRetryComesSoonerWhenTheStoreIsBack() {
    fail(1);
    time.advance(Duration.ofMillis(500));
    int earlier = attempts.get();
    herd.forEach(Retry::hurry);
    time.advance(Duration.ofMillis(250));
    assertEquals(CLIENTS, attempts.get(), "by the end of a quarter of a second");
    assertTrue(earlier > CLIENTS / 3 && earlier < CLIENTS * 2 / 3, earlier + " came by themselves");

    attempts.set(0);
    herd.clear();
    fail(1);
    time.advance(Duration.ofMillis(900));
    herd.forEach(Retry::hurry);
    time.advance(Duration.ofMillis(100));
    assertEquals(CLIENTS, attempts.get(), "at the end of the second");
  }
}
