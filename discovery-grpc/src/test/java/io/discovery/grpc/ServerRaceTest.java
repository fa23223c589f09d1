package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Servers to which several things happen at once. */
final class ServerRaceTest {
  private static final List<String> SERVICES = List.of("s1", "s2", "s3", "s4", "s5");

  private final MemoryStore store = MemoryStore.named("race-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();
  private final AtomicReference<Server> built = new AtomicReference<>();

  private RegisteredServer.Builder describe(Registry registry) {
    return RegisteredServer.builder(
            registry,
            new Spying(InProcessServerBuilder.forName("race-" + UUID.randomUUID()), built::set))
        .advertise("localhost", 1)
        .quietPeriod(Duration.ZERO);
  }

  private List<Integer> weights(String service) {
    return registry.list(service, Stage.SOON).instances().stream()
        .map(instance -> instance.weight())
        .toList();
  }

  @Test
  void aRegistryThatIsClosedWhileAServerRegistersKeepsNoRecordAndNobodyWaiting()
      throws InterruptedException {
    int refused = 0;
    for (int round = 0; round < 100; round++) {
      Registry closing = Registries.open(store.config());
      RegisteredServer.Builder builder = describe(closing);
      CountDownLatch go = new CountDownLatch(1);
      // Between the services, at another one in each round.
      for (int i = 0; i < SERVICES.size(); i++) {
        boolean now = i == round % SERVICES.size();
        builder.service(
            SERVICES.get(i),
            instance -> {
              if (now) {
                go.countDown();
              }
              return instance;
            });
      }
      Thread closer =
          new Thread(
              () -> {
                await(go);
                closing.close();
              });
      closer.start();
      try {
        builder.register().close();
      } catch (IllegalStateException closed) {
        refused++;
      }
      closer.join(Stage.SOON.toMillis());
      assertFalse(closer.isAlive(), "close() hangs");
      assertTrue(built.get().isTerminated());
      SERVICES.forEach(service -> assertEquals(List.of(), weights(service)));
    }
    assertTrue(refused > 0, "the registry was never closed in time to matter");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Test
  void anUpdateThatComesLateDoesNotTakeBackTheWeightOfOneThatLeaves() throws InterruptedException {
    RegisteredServer server =
        describe(registry).drainByWeight().quietPeriod(Stage.SOON).service("orders").register();
    server.awaitRegistered(Stage.SOON);
    Thread leaving = new Thread(server::close, "leaving");
    AtomicInteger calls = new AtomicInteger();
    CompletionException late =
        assertThrows(
            CompletionException.class,
            () ->
                server
                    .update(
                        instance -> {
                          if (calls.incrementAndGet() == 2) { // the first is for all to be checked
                            leaving.start();
                            Await.until(
                                "it drains",
                                Stage.SOON,
                                () -> weights("orders").equals(List.of(0)));
                          }
                          return instance.withWeight(7);
                        })
                    .join());
    assertInstanceOf(IllegalStateException.class, late.getCause());
    assertEquals(List.of(0), weights("orders"));
    server.server().shutdown(); // enough: ends the quiet period
    leaving.join();
    assertEquals(List.of(), weights("orders"));
  }

  @Test
  void forEverIsAPeriodToo() throws Exception {
    Duration forEver = ChronoUnit.FOREVER.getDuration();
    RegisteredServer server =
        describe(registry).quietPeriod(forEver).drainTimeout(forEver).service("orders").register();
    server.awaitRegistered(forEver);
    CompletableFuture<Void> leaving = CompletableFuture.runAsync(server::close);
    Await.until("deregistered", Stage.SOON, () -> weights("orders").isEmpty());
    assertFalse(server.server().isShutdown());
    server.server().shutdown();
    leaving.get(Stage.SOON.toSeconds(), TimeUnit.SECONDS);
  }
}
