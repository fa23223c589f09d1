package io.discovery.tck;

import io.discovery.Change;
import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tests of {@link DiscoveryLoad}. */
interface LoadChapter extends Chapter {
  /** How long a thousand of something may take, on a small machine beside its own server. */
  Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * A thousand services are watched by one registry: each view is right, one change reaches one
   * view, and neither threads nor connections multiply. Check what each subscription allocates.
   */
  @Test
  default void s316_aThousandWatchedServices() {
    Scenario stage = scenario();
    Registry writer = stage.open(lasting(stage));
    List<ServiceInstance> instances =
        IntStream.range(0, 1_000).mapToObj(i -> Scenario.instance("service-" + i, "1")).toList();
    List<Registration> all = registerAll(Stream.generate(() -> writer), instances);
    Registry reader = stage.open();
    stage.watch(reader, "warm-up").awaitPhase(Phase.CURRENT, stage.convergence());
    int threads = Thread.activeCount();
    List<Recorder> views =
        instances.stream().map(instance -> stage.watch(reader, instance.service())).toList();
    for (int i = 0; i < views.size(); i++) {
      views.get(i).awaitExactly(PATIENCE, instances.get(i));
    }
    int more = Thread.activeCount() - threads;
    stage.check(more <= 40, more + " more threads for a thousand watches (expected: a pool)");
    stage.join(all.get(500).update(before -> before.withWeight(7)));
    views.get(500).awaitExactly(stage.convergence(), all.get(500).instance());
    long told = views.stream().mapToInt(Recorder::mark).sum();
    stage.check(told == 1_001, told + " sets (expected: one for each view and one for the change)");
  }

  /**
   * Two hundred registries of one process, each with a registration and a watch, go through a
   * restart of the server: all are registered and current again, and no view lost anybody. Needs a
   * Server. Check what every client does in the same second.
   */
  @Test
  default void s308_twoHundredRegistriesThroughARestart() {
    Scenario stage = scenario();
    Server server = stage.server();
    List<Registry> registries =
        IntStream.range(0, 200).mapToObj(i -> stage.open(lasting(stage))).toList();
    List<ServiceInstance> instances =
        IntStream.range(0, 200).mapToObj(i -> Scenario.instance("orders", "id-" + i)).toList();
    List<Registration> all = registerAll(registries.stream(), instances);
    List<Recorder> views =
        registries.stream().map(registry -> stage.watch(registry, "orders")).toList();
    ServiceInstance[] everybody = instances.toArray(ServiceInstance[]::new);
    views.forEach(view -> view.awaitExactly(PATIENCE, everybody));
    List<Integer> marks = views.stream().map(Recorder::mark).toList();
    server.restart();
    views.forEach(view -> view.awaitPhase(Phase.CURRENT, PATIENCE));
    all.forEach(
        registration -> stage.awaitState(registration, Registration.State.REGISTERED, PATIENCE));
    stage.awaitListed("orders", PATIENCE, everybody);
    for (int i = 0; i < views.size(); i++) {
      List<Change> changes = views.get(i).since(marks.get(i));
      stage.check(changes.isEmpty(), "view " + i + " was told of " + changes);
    }
    stage.closeAll(registries.stream().<Runnable>map(each -> each::close), PATIENCE);
  }

  /**
   * A listener blocks for good while an instance changes two thousand times: the other watcher of
   * the registry is told the last state, renewals go on, and threads do not multiply. Check for
   * queues that grow with the news.
   */
  @Test
  default void s314_aListenerThatBlocksForGood() {
    Scenario stage = scenario();
    Registry registry = stage.open();
    Registration registration = stage.register(registry, Scenario.instance("orders", "1"));
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    try {
      registry.watch(
          "orders",
          snapshot -> {
            inside.countDown();
            WatchChapter.awaitQuietly(never);
          });
      stage.await("the blocked listener", stage.convergence(), () -> inside.getCount() == 0);
      Recorder free = stage.watch(registry, "orders");
      free.awaitExactly(stage.convergence(), registration.instance());
      int threads = Thread.activeCount();
      for (int i = 0; i < 2_000; i++) {
        stage.join(registration.update(before -> before.withWeight(before.weight() + 1)));
      }
      free.awaitExactly(stage.convergence(), registration.instance());
      int more = Thread.activeCount() - threads;
      stage.check(more <= 10, more + " more threads after two thousand changes");
      stage.check(
          registration.state() == Registration.State.REGISTERED, "state " + registration.state());
    } finally {
      never.countDown();
    }
  }

  /**
   * Five hundred cycles of open, register, watch and close leave threads, file handles and heap as
   * they were, and the store counts nothing more. Uses a Census. Check what {@code shutdown} leaves
   * behind.
   */
  @Test
  @Tag("long")
  default void s503_fiveHundredCycles() {
    Scenario stage = scenario();
    stage.observe("orders");
    for (int i = 0; i < 50; i++) {
      LifecycleChapter.cycle(stage);
    }
    long handles = LifecycleChapter.openHandles();
    int threads = Thread.activeCount();
    long owners = stage.owners();
    long watches = stage.watches();
    long connections = stage.connections();
    long heap = usedHeap();
    for (int i = 0; i < 500; i++) {
      LifecycleChapter.cycle(stage);
    }
    stage.awaitCount("threads", Thread::activeCount, 0, threads + 5);
    stage.awaitCount("file handles", LifecycleChapter::openHandles, 0, handles + 10);
    stage.awaitCount("owners", stage::owners, 0, owners);
    stage.awaitCount("watches", stage::watches, 0, watches);
    stage.awaitCount("connections", stage::connections, 0, connections);
    // Ten kilobytes a cycle would be a leak; a class loaded late or a buffer pool is less.
    stage.awaitCount("bytes of heap", LoadChapter::usedHeap, 0, heap + 5_000_000);
  }

  private List<Registration> registerAll(Stream<Registry> by, List<ServiceInstance> instances) {
    List<Registration> all = new ArrayList<>();
    List<Registry> registries = by.limit(instances.size()).toList();
    for (int i = 0; i < instances.size(); i++) {
      all.add(registries.get(i).register(instances.get(i)));
    }
    all.forEach(registration -> registration.awaitRegistered(PATIENCE));
    return all;
  }

  /**
   * The kit's time to live is made to be waited for: a thousand would keep a small machine busy.
   */
  private RegistryConfig lasting(Scenario stage) {
    return stage.config().withTtl(Duration.ofSeconds(30));
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
