package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.Registration;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that come and go while calls are under way. */
final class ChannelChurnTest {
  private final MemoryStore store = MemoryStore.named("churn-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void aNewInstanceThatCannotBeReachedCostsNoCall(String policy) {
    stage.greeter("a", registry, "orders");
    Greeter dead = stage.greeter("dead");
    ServiceInstance instance = ServiceInstance.of("orders", "127.0.0.1", dead.port());
    dead.close();
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      traffic.awaitMore();
      stage.register(registry, instance);
      traffic.go(Duration.ofMillis(500));
      traffic.assertNoFailure();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void aCallUnderWayEndsAlthoughItsInstanceIsGone(String policy) throws InterruptedException {
    Greeter slow =
        stage.greeter(new Greeter("slow", Greeter.builder("127.0.0.1"), Duration.ofSeconds(1)));
    Registration registration = stage.register(registry, "orders", slow);
    ManagedChannel channel = stage.channel(registry, "orders", policy);
    List<String> answers = new CopyOnWriteArrayList<>();
    Thread caller = new Thread(() -> answers.add(Greeter.outcome(channel, CallOptions.DEFAULT)));
    caller.start();
    Await.until("it is under way", Stage.SOON, () -> slow.calls() == 1);
    stage.greeter("next", registry, "orders");
    registration.close();
    Await.until("new calls go on", Stage.SOON, () -> Greeter.call(channel).equals("next"));
    caller.join();
    assertEquals(List.of("slow"), answers);
  }

  /** To watchers a restart with the same id and address is one update (rule 2.9). */
  @ParameterizedTest
  @ValueSource(strings = {"pick_first", "round_robin", "discovery"})
  void aRecordThatIsTakenOverReconnectsNothing(String policy) {
    Greeter greeter = stage.greeter("a");
    ServiceInstance instance = stage.register(registry, "orders", greeter).instance();
    try (Traffic traffic = new Traffic(stage.channel(registry, "orders", policy))) {
      traffic.awaitMore();
      for (int i = 2; i < 5; i++) {
        stage.register(stage.registry(), instance.withWeight(i));
        traffic.awaitMore();
      }
      traffic.assertNoFailure();
    }
    assertEquals(1, greeter.connections());
  }
}
