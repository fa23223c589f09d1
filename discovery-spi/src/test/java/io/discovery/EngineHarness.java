package io.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A registry over a scripted backend on virtual time. */
final class EngineHarness {
  final VirtualTime time = new VirtualTime();
  final ScriptedBackend backend = new ScriptedBackend();
  final RegistryEngine registry;

  EngineHarness() {
    this(RegistryConfig.defaults());
  }

  EngineHarness(RegistryConfig config) {
    RegistryConfig complete = config.withBackend("scripted").withFormat("etcd-naming");
    Engine engine =
        new Engine(
            "test", complete, time, time.listeners(), new SplittableRandom(1), time, this::await);
    registry = new RegistryEngine(engine, backend, () -> {});
  }

  void advance(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  void settle() {
    time.settle();
  }

  /** Lets time pass instead of blocking, so that tests can call what waits. */
  private void await(CompletableFuture<?> future, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    settle();
    if (!future.isDone()) {
      time.advance(timeout);
    }
    future.get(0, TimeUnit.NANOSECONDS);
  }

  /** Records what a watcher is told, in order. */
  static final class Recorder implements Watcher.Listener {
    final List<Snapshot> snapshots = new ArrayList<>();
    final List<Watcher.Status> statuses = new ArrayList<>();
    final List<String> log = new ArrayList<>();

    @Override
    public void onSnapshot(Snapshot snapshot) {
      snapshots.add(snapshot);
      log.add(ids(snapshot).toString());
    }

    @Override
    public void onStatus(Watcher.Status status) {
      statuses.add(status);
      log.add(status.phase().name());
    }

    static List<String> ids(Snapshot snapshot) {
      return snapshot.instances().stream().map(ServiceInstance::id).toList();
    }
  }
}
