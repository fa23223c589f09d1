package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.spi.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the pool looks after work that waits, with real threads and timers that the test fires. */
@Timeout(30)
class ListenerPoolTest {
  private final List<Runnable> timers = new CopyOnWriteArrayList<>();
  private final ListenerPool pool = new ListenerPool("test", new Timers());
  private final CountDownLatch never = new CountDownLatch(1);

  /** Keeps what is scheduled. */
  private final class Timers implements EventLoop {
    @Override
    public Timer schedule(Duration delay, Runnable task) {
      timers.add(task);
      return () -> timers.remove(task);
    }

    @Override
    public void execute(Runnable task) {
      throw new UnsupportedOperationException("nothing goes to the loop at once");
    }

    @Override
    public boolean inLoop() {
      return false;
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  @AfterEach
  void close() {
    never.countDown();
    pool.shutdown();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS), "a task did not run");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private CountDownLatch block() {
    CountDownLatch begun = new CountDownLatch(1);
    pool.execute(
        () -> {
          begun.countDown();
          await(never);
        });
    return begun;
  }

  /** What a thread inherits would depend on which one had the first work for it. */
  @Test
  void aThreadTakesAfterWhoMadeThePoolWhoeverItIsMadeOn() throws InterruptedException {
    InheritableThreadLocal<String> theirs = new InheritableThreadLocal<>();
    List<Object> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    Thread stranger =
        new Thread(
            () -> {
              Thread.currentThread().setContextClassLoader(new ClassLoader() {});
              theirs.set("a stranger's");
              pool.execute(
                  () -> {
                    seen.add(Thread.currentThread().getContextClassLoader());
                    seen.add(String.valueOf(theirs.get()));
                    done.countDown();
                  });
            });
    stranger.start();
    stranger.join();
    await(done);
    assertEquals(List.of(Thread.currentThread().getContextClassLoader(), "null"), seen);
  }

  /** A timer wakes the loop, which would be most of what a change costs. */
  @Test
  void workForWhichAThreadIsFreeCostsNoTimer() {
    await(block());
    for (int i = 0; i < 1_000; i++) {
      CountDownLatch done = new CountDownLatch(1);
      Thread[] ran = new Thread[1];
      pool.execute(
          () -> {
            ran[0] = Thread.currentThread();
            done.countDown();
          });
      await(done);
      while (ran[0].getState() == Thread.State.RUNNABLE) {
        Thread.onSpinWait(); // until it waits for the next
      }
    }
    assertEquals(0, timers.size());
  }

  @Test
  void workThatWaitsBehindBlockedThreadsIsLookedAfter() {
    await(block());
    await(block());
    CountDownLatch third = block();
    assertEquals(1, timers.size());
    timers.get(0).run();
    await(third);
  }
}
