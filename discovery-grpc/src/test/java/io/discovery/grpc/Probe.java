package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.tck.Await;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/**
 * Stands where gRPC's channel stands: calls a resolver as that does and records what it is told.
 */
final class Probe implements AutoCloseable {
  final List<NameResolver.ResolutionResult> results = new CopyOnWriteArrayList<>();
  final Set<String> threads = new java.util.concurrent.ConcurrentSkipListSet<>();
  volatile Runnable whenTold = () -> {}; // on the channel's thread, as a policy at work
  final ExecutorService executor =
      Executors.newCachedThreadPool(task -> new Thread(task, "channel-executor"));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "channel-timer"));
  private final List<Throwable> broken = new CopyOnWriteArrayList<>();
  final List<String> log = new CopyOnWriteArrayList<>();
  private final SynchronizationContext context =
      new SynchronizationContext((thread, error) -> broken.add(error));

  NameResolver.Args args() {
    return NameResolver.Args.newBuilder()
        .setDefaultPort(443)
        .setProxyDetector(address -> null)
        .setSynchronizationContext(context)
        .setScheduledExecutorService(timer)
        .setOffloadExecutor(executor)
        .setServiceConfigParser(new NoServiceConfig())
        .setChannelLogger(new ListLogger(log))
        .build();
  }

  /** Runs as the channel runs its calls; anything thrown fails the test in the end. */
  void inContext(Runnable task) {
    context.execute(task);
  }

  void start(NameResolver resolver) {
    inContext(() -> resolver.start(new Listener()));
  }

  NameResolver.ResolutionResult newest() {
    return results.get(results.size() - 1);
  }

  List<EquivalentAddressGroup> groups() {
    return results.isEmpty() || !newest().getAddressesOrError().hasValue()
        ? List.of()
        : newest().getAddressesOrError().getValue();
  }

  /**
   * Waits until the channel is told exactly these addresses, of the form {@code host/1.2.3.4:5}.
   */
  void awaitAddresses(String... addresses) {
    Set<String> expected = Set.copyOf(Arrays.asList(addresses));
    Await.until("addresses " + expected, Stage.SOON, () -> addresses().equals(expected));
  }

  Set<String> addresses() {
    return groups().stream()
        .flatMap(group -> group.getAddresses().stream())
        .map(SocketAddress::toString)
        .collect(Collectors.toSet());
  }

  /** Waits until the channel is told a failure and returns its description. */
  String awaitFailure() {
    Await.until(
        "a failure",
        Stage.SOON,
        () -> !results.isEmpty() && !newest().getAddressesOrError().hasValue());
    Status status = newest().getAddressesOrError().getStatus();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    return status.getDescription();
  }

  /** Fails if the channel is told anything within this time. */
  void assertToldNothing(Duration time) {
    int before = results.size();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      assertEquals(before, results.size(), () -> "told " + newest());
      Thread.onSpinWait();
    }
  }

  /** Ends, and fails if anything was thrown into the context. */
  @Override
  public void close() {
    timer.shutdownNow();
    executor.shutdownNow();
    assertEquals(List.of(), broken, "a real channel would be in panic");
  }

  private final class Listener extends NameResolver.Listener2 {
    @Override
    public Status onResult2(NameResolver.ResolutionResult result) {
      context.throwIfNotInThisSynchronizationContext();
      assertEquals(List.of(), monitorsHeld(), "what a channel does meanwhile may wait for anybody");
      threads.add(Thread.currentThread().getName());
      results.add(result);
      whenTold.run();
      return Status.OK;
    }

    @Override
    public void onResult(NameResolver.ResolutionResult result) {
      throw new AssertionError("onResult loses the balancer's verdict (expected: onResult2)");
    }

    @Override
    public void onError(Status error) {
      throw new AssertionError("onError: " + error + " (expected: onResult2)");
    }
  }

  /** Returns which of our locks this thread has. */
  static List<String> monitorsHeld() {
    long[] self = {Thread.currentThread().getId()};
    return Arrays.stream(
            ManagementFactory.getThreadMXBean()
                .getThreadInfo(self, true, false)[0]
                .getLockedMonitors())
        .map(MonitorInfo::getClassName)
        .filter(name -> name.startsWith("io.discovery"))
        .toList();
  }

  private static final class NoServiceConfig extends NameResolver.ServiceConfigParser {
    @Override
    public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> raw) {
      throw new AssertionError("a service config (expected: none): " + raw);
    }
  }
}
