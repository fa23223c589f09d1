package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.tck.Await;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Calls on a few threads, until closed. Each leaves the processors free for a moment between two
 * calls: servers and registry share them.
 */
final class Traffic implements AutoCloseable {
  private static final long PAUSE_NANOS = 5_000_000;

  private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
  private final List<StatusRuntimeException> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads;
  private volatile boolean over;

  Traffic(Channel channel) {
    this(channel, 3);
  }

  Traffic(Channel channel, int workers) {
    threads =
        IntStream.range(0, workers)
            .mapToObj(i -> new Thread(() -> run(channel), "traffic-" + i))
            .toList();
    threads.forEach(Thread::start);
  }

  private void run(Channel channel) {
    while (!over) {
      try {
        String server = Greeter.call(channel);
        answers.computeIfAbsent(server, name -> new AtomicInteger()).incrementAndGet();
      } catch (StatusRuntimeException e) {
        failures.add(e);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  int answers(String server) {
    return answers.getOrDefault(server, new AtomicInteger()).get();
  }

  /** Waits until each of these servers has given a hundred more answers. */
  void awaitMoreFrom(String... servers) {
    for (String server : servers) {
      int goal = answers(server) + 100;
      Await.until(
          "calls to " + server + ", answers so far " + answers + ", failures " + failures,
          Stage.SOON,
          () -> answers(server) >= goal);
    }
  }

  /** Waits for more answers, whoever gives them. */
  void awaitMore() {
    int goal = total() + 200;
    Await.until("answers, failures " + failures, Stage.SOON, () -> total() >= goal);
  }

  /** Lets calls go on for a while. */
  void go(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      awaitMore();
    }
  }

  private int total() {
    return answers.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  /** Stops, and fails if one call has failed. */
  void assertNoFailure() {
    close();
    assertEquals(List.of(), failures, () -> "failures beside " + total() + " answers");
  }

  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while calls end", e);
      }
    }
  }
}
