package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.tck.Await;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
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
  private static final String BEGUN = "the answer had begun";

  private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
  private final List<StatusRuntimeException> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads;
  private volatile boolean over;

  Traffic(Channel channel) {
    this(channel, 3);
  }

  Traffic(Channel channel, int workers) {
    Channel observed = ClientInterceptors.intercept(channel, new Begun());
    threads =
        IntStream.range(0, workers)
            .mapToObj(i -> new Thread(() -> run(observed), "traffic-" + i))
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

  /**
   * The same for servers that are killed: a call whose answer has begun is never made again, since
   * a part of it may have been handed on, and a process can be killed between two frames.
   */
  void assertNoFailureBeforeItsAnswer() {
    close();
    failures.removeIf(e -> String.valueOf(e.getStatus().getDescription()).endsWith(BEGUN));
    assertNoFailure();
  }

  /** Marks failures of calls whose headers have come. */
  private static final class Begun implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(new Marking<>(listener), headers);
        }
      };
    }
  }

  private static final class Marking<A> extends SimpleForwardingClientCallListener<A> {
    private boolean begun;

    Marking(ClientCall.Listener<A> listener) {
      super(listener);
    }

    @Override
    public void onHeaders(Metadata headers) {
      begun = true;
      super.onHeaders(headers);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      super.onClose(begun && !status.isOk() ? status.augmentDescription(BEGUN) : status, trailers);
    }
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
