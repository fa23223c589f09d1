package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One task at a time, in order, on whichever thread. */
@Timeout(60)
class SystemEventLoopTest {
  private final SystemEventLoop loop = new SystemEventLoop("the-loop");
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void close() throws InterruptedException {
    loop.shutdown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void anIdleLoopRunsATaskOnTheCallingThread() {
    List<Thread> ran = new ArrayList<>();
    loop.executeHere(
        () -> {
          assertTrue(loop.inLoop());
          ran.add(Thread.currentThread());
        });
    assertEquals(List.of(Thread.currentThread()), ran);
    assertFalse(loop.inLoop());
  }

  @Test
  void whatIsHandedOverRunsOnTheLoopsThread() throws Exception {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    loop.execute(() -> ran.complete(Thread.currentThread()));
    assertEquals("the-loop", ran.get(10, TimeUnit.SECONDS).getName());
  }

  /** A client may answer a call from within it. */
  @Test
  void aTaskThatComesFromATaskWaitsForItsEnd() {
    List<String> order = new ArrayList<>();
    loop.executeHere(
        () -> {
          loop.executeHere(() -> order.add("second"));
          loop.execute(() -> order.add("third"));
          order.add("first");
        });
    assertEquals(List.of("first", "second", "third"), order);
  }

  @Test
  void aTaskThatComesWhileAnotherRunsIsLeftToWhoRunsThat() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    Thread other = start(() -> loop.executeHere(() -> await(begun, mayEnd)));
    begun.await();
    loop.executeHere(() -> ran.complete(Thread.currentThread()));
    assertFalse(ran.isDone());
    assertFalse(loop.inLoop());
    mayEnd.countDown();
    assertSame(other, ran.get(10, TimeUnit.SECONDS));
  }

  /** A client's thread has more to do. */
  @Test
  void aThreadIsNotKeptByWhatNeverEnds() throws Exception {
    CompletableFuture<Thread> last = new CompletableFuture<>();
    loop.executeHere(() -> again(1_000, last));
    assertNotSame(Thread.currentThread(), last.get(10, TimeUnit.SECONDS));
  }

  private void again(int times, CompletableFuture<Thread> last) {
    if (times == 0) {
      last.complete(Thread.currentThread());
    } else {
      loop.execute(() -> again(times - 1, last));
    }
  }

  @Test
  void aTimerDoesNotWaitForAnEndOfTheTasks() throws Exception {
    CompletableFuture<Void> due = new CompletableFuture<>();
    loop.execute(() -> until(due));
    loop.schedule(Duration.ofMillis(10), () -> due.complete(null));
    due.get(10, TimeUnit.SECONDS);
  }

  private void until(CompletableFuture<Void> end) {
    if (!end.isDone()) {
      loop.execute(() -> until(end));
    }
  }

  @Test
  void aTaskThatThrowsEndsNothingElse() {
    AtomicBoolean ran = new AtomicBoolean();
    loop.executeHere(
        () -> {
          loop.execute(() -> ran.set(true));
          throw new IllegalStateException("thrown by a test, and logged");
        });
    assertTrue(ran.get());
    assertFalse(loop.inLoop());
  }

  /** For want of memory, say: it has just been told of a task that failed. */
  @Test
  void aLogThatThrowsEndsNothingElse() {
    Logger log = Logger.getLogger("io.discovery");
    Handler broken =
        new StreamHandler() {
          @Override
          public synchronized void publish(LogRecord told) {
            throw new IllegalStateException("thrown by a test");
          }
        };
    AtomicBoolean ran = new AtomicBoolean();
    log.addHandler(broken);
    try {
      loop.executeHere(
          () -> {
            loop.execute(() -> ran.set(true));
            throw new IllegalStateException("thrown by a test, and not to be logged");
          });
    } finally {
      log.removeHandler(broken);
    }
    assertTrue(ran.get());
    assertFalse(loop.inLoop());
  }

  /** Due, it may wait for the task that cancels it. */
  @Test
  void aTimerThatATaskHasCancelledDoesNotRun() {
    AtomicInteger late = new AtomicInteger();
    for (int i = 0; i < 1_000; i++) {
      long wait = i * 200L; // up to 0.2 ms, so that it is due before, meanwhile and after
      loop.executeHere(
          () -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            var timer =
                loop.schedule(
                    Duration.ZERO,
                    () -> {
                      if (cancelled.get()) {
                        late.incrementAndGet();
                      }
                    });
            long until = System.nanoTime() + wait;
            while (System.nanoTime() - until < 0) {
              Thread.onSpinWait();
            }
            timer.cancel();
            cancelled.set(true);
          });
    }
    drain();
    assertEquals(0, late.get());
  }

  @Test
  void tasksOfManyThreadsRunOneAtATimeAndEachThreadsInOrder() throws Exception {
    int each = 20_000;
    int[] next = new int[4]; // without any lock
    int[] disorder = new int[1];
    AtomicInteger running = new AtomicInteger();
    for (int t = 0; t < next.length; t++) {
      int who = t;
      start(
          () -> {
            for (int i = 0; i < each; i++) {
              int expected = i;
              Runnable task =
                  () -> {
                    if (running.getAndIncrement() != 0
                        || next[who]++ != expected
                        || !loop.inLoop()) {
                      disorder[0]++;
                    }
                    running.decrementAndGet();
                  };
              if (i % 3 == who % 3) {
                loop.execute(task);
              } else {
                loop.executeHere(task);
              }
            }
          });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    drain();
    assertEquals(0, disorder[0]);
    for (int count : next) {
      assertEquals(each, count);
    }
  }

  @Test
  void afterTheEndTasksAreDropped() {
    AtomicInteger ran = new AtomicInteger();
    loop.executeHere(
        () -> {
          loop.execute(ran::incrementAndGet);
          loop.shutdown();
          loop.shutdown();
        });
    loop.executeHere(ran::incrementAndGet);
    loop.execute(ran::incrementAndGet);
    loop.schedule(Duration.ZERO, ran::incrementAndGet).cancel();
    assertEquals(0, ran.get());
  }

  /** Waits for all that has been given, timers that are due included. */
  private void drain() {
    CompletableFuture<Void> last = new CompletableFuture<>();
    loop.schedule(Duration.ZERO, () -> loop.execute(() -> last.complete(null)));
    last.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private Thread start(Runnable body) {
    Thread thread = new Thread(body, "another");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  private static void await(CountDownLatch begun, CountDownLatch mayEnd) {
    begun.countDown();
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
