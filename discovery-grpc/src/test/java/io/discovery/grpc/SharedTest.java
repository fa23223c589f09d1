package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.discovery.grpc.Shared.Lease;
import io.discovery.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SharedTest {
  private final AtomicInteger opened = new AtomicInteger();
  private final List<String> closed = new CopyOnWriteArrayList<>();

  private volatile String bad = "none";

  private Shared<String, String> shared(Duration linger) {
    return new Shared<>(
        key -> key + opened.incrementAndGet(), value -> !value.contains(bad), closed::add, linger);
  }

  @Test
  void usersOfAKeyShareItsValue() {
    Shared<String, String> shared = shared(Duration.ofHours(1));
    assertSame(shared.acquire("a").value(), shared.acquire("a").value());
    assertEquals("b2", shared.acquire("b").value());
  }

  @Test
  void theValueIsClosedOnceAfterTheLastUserAndOpenedAnewForTheNext() {
    Shared<String, String> shared = shared(Duration.ofMillis(50));
    Lease<String> first = shared.acquire("a");
    Lease<String> second = shared.acquire("a");
    first.close();
    first.close();
    assertEquals("a1", shared.acquire("a").value(), "leaving twice counts once");
    second.close();
    shared.acquire("b").close();
    Await.until("b is closed, a is in use", Stage.SOON, () -> closed.equals(List.of("b2")));
    assertEquals("b3", shared.acquire("b").value());
  }

  @Test
  void whoComesBackInTimeFindsTheSameValueAndHoldsIt() {
    Shared<String, String> shared = shared(Duration.ofMillis(100));
    shared.acquire("a").close();
    Lease<String> back = shared.acquire("a");
    shared.acquire("other").close();
    Await.until("the linger of both is over", Stage.SOON, () -> closed.contains("other2"));
    assertEquals(List.of("other2"), closed);
    assertEquals("a1", back.value());
    back.close();
    Await.until("closed in the end", Stage.SOON, () -> closed.contains("a1"));
  }

  @Test
  void whatIsNotWorthJoiningIsReplacedForLaterUsersAndStaysWithItsOwn() {
    Shared<String, String> shared = shared(Duration.ofMillis(50));
    Lease<String> first = shared.acquire("a");
    bad = "a1";
    assertEquals("a2", shared.acquire("a").value());
    assertEquals("a2", shared.acquire("a").value());
    assertEquals(List.of(), closed);
    first.close();
    Await.until("the one replaced is closed", Stage.SOON, () -> closed.equals(List.of("a1")));
    assertEquals("a2", shared.acquire("a").value());
  }

  @Test
  void aFailureToOpenReachesTheUserAndTheNextTriesAnew() {
    Shared<String, String> shared =
        new Shared<>(
            key -> {
              if (opened.incrementAndGet() == 1) {
                throw new IllegalStateException("no");
              }
              return key;
            },
            value -> true,
            closed::add,
            Duration.ofHours(1));
    assertThrows(IllegalStateException.class, () -> shared.acquire("a"));
    assertEquals("a", shared.acquire("a").value());
  }

  @Test
  void aSlowOpeningDelaysOnlyItsOwnKey() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Shared<String, String> shared =
        new Shared<>(
            key -> {
              if (key.equals("slow")) {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
              return key;
            },
            value -> true,
            closed::add,
            Duration.ofHours(1));
    Thread slow =
        new Thread(
            () -> {
              shared.acquire("slow");
              done.countDown();
            });
    slow.start();
    Await.until("the slow one opens", Stage.SOON, () -> slow.getState() == Thread.State.WAITING);
    assertEquals("fast", shared.acquire("fast").value());
    release.countDown();
    assertEquals(true, done.await(10, TimeUnit.SECONDS));
  }
}
