package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Calls that say where they want to go, and learn where they went. */
final class BalancerRoutingTest {
  private final MemoryStore store = MemoryStore.named("routing-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Fleet fleet = new Fleet(stage);

  @Test
  void aCallGoesWhereItsRoutingSays() {
    Greeter v1 = fleet.serve("v1", "version", "v1");
    Greeter v2 = fleet.serve("v2", "version", "v2");
    ManagedChannel channel = fleet.channel("");
    CallOptions required = Fleet.routed(Routing.require("version", "v2"));
    for (int i = 0; i < 20; i++) {
      assertEquals("v2", Greeter.call(channel, required));
    }
    CallOptions preferred = Fleet.routed(Routing.prefer("version", "v2"));
    Await.until("v1 is there, too", Stage.SOON, () -> Greeter.call(channel).equals("v1"));
    for (int i = 0; i < 20; i++) {
      assertEquals("v2", Greeter.call(channel, preferred));
    }
    v2.close();
    Await.until(
        "the preference is given up",
        Stage.SOON,
        () -> Greeter.outcome(channel, preferred).equals("v1")); // one under way may fail
    assertEquals(
        Status.Code.UNAVAILABLE,
        assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel, required))
            .getStatus()
            .getCode());
    assertTrue(v1.calls() > 0);
  }

  @Test
  void aRoutingThatNobodyFitsFailsTheCallAndSaysWhatThereIs() {
    fleet.serve("v1", "version", "v1");
    fleet.serve("v2", "version", "v2");
    ManagedChannel channel = fleet.channel("");
    CallOptions options = Fleet.routed(Routing.require("version", "v3"));
    Status status =
        assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel, options))
            .getStatus();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    assertEquals(
        "no instance of orders has [version=v3] (its 2 instances have version: 'v1', 'v2')",
        status.getDescription());
  }

  @Test
  void aCallThatIsReadyToWaitGetsTheInstanceThatFitsLater() {
    fleet.serve("v1", "version", "v1");
    ManagedChannel channel = fleet.channel("");
    assertEquals("v1", Greeter.call(channel));
    CallOptions options =
        CallOptions.DEFAULT
            .withOption(Routing.KEY, Routing.require("version", "v2"))
            .withWaitForReady();
    List<String> answers = new ArrayList<>();
    Thread caller = new Thread(() -> answers.add(Greeter.call(channel, options)), "caller");
    caller.start();
    fleet.serve("v2", "version", "v2");
    assertTrue(ends(caller), "the call waits in vain");
    assertEquals(List.of("v2"), answers);
  }

  @Test
  void aCallLearnsItsInstanceAndSoDoesAnInterceptor() {
    Greeter a = stage.greeter("a");
    ServiceInstance instance = fleet.serve(a, 3).instance();
    List<String> seen = new ArrayList<>();
    ManagedChannel channel =
        stage.build(
            fleet
                .builder("discovery:///orders")
                .defaultLoadBalancingPolicy("discovery")
                .intercept(
                    PickedInstance.interceptor(
                        (method, picked, status) ->
                            seen.add(
                                method.getBareMethodName()
                                    + " "
                                    + picked.orElseThrow().id()
                                    + " "
                                    + status.getCode()))));
    PickedInstance picked = new PickedInstance();
    assertEquals(Optional.empty(), picked.instance());
    Greeter.call(channel, CallOptions.DEFAULT.withOption(PickedInstance.KEY, picked));
    assertEquals(Optional.of(instance), picked.instance());
    assertEquals(List.of("Name " + instance.id() + " OK"), seen);
  }

  private static boolean ends(Thread thread) {
    try {
      thread.join(Stage.SOON.toMillis());
      return !thread.isAlive();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
