package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.SettingsWatcher;
import io.discovery.grpc.Shared.Lease;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long instances wait for settings that do not come. */
final class SettingsWaitTest {
  private final MemoryStore store = MemoryStore.named("wait-" + UUID.randomUUID());
  private final Stage stage = new Stage(store.config().withNamespace("n"));
  private final Registry registry = stage.registry();

  @AfterEach
  void close() {
    store.start();
    stage.close();
  }

  /** Returns the registry, but nobody may read the settings in it. */
  private Registry withoutSettings() {
    Object nothing =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {SettingsWatcher.class},
            (proxy, method, arguments) ->
                method.getName().equals("current") ? Optional.empty() : null);
    return (Registry)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Registry.class},
            (proxy, method, arguments) ->
                method.getName().equals("watchSettings")
                    ? nothing
                    : method.invoke(registry, arguments));
  }

  @Test
  void itBeginsWithTheInstancesAndEndsOnAThreadOfOurOwn() {
    store.put(
        "n",
        "orders",
        "a",
        "{\"Op\":0,\"Addr\":\"10.0.0.1:80\",\"Metadata\":null}".getBytes(UTF_8));
    store.stop();
    try (ServiceAddresses addresses =
        new ServiceAddresses(
            new Lease<>(withoutSettings(), () -> {}),
            "orders",
            Addressing.HOST_AND_PORT,
            new LastKnown(),
            changed ->
                new HostNames(
                    InetAddress::getAllByName, HostNames.RETRY, HostNames.FRESH, changed))) {
      addresses.serviceConfig(new PublishedConfig("orders", null, Map.of()));
      assertFalse(addresses.isConfigAwaited(), "nothing could be told yet");
      long end = System.nanoTime() + 1_200_000_000L;
      Await.until("an outage passes", Stage.SOON, () -> System.nanoTime() - end > 0);
      store.start();
      Await.until(
          "the instances", Stage.SOON, () -> addresses.resolution() instanceof Resolution.Found);
      Set<String> threads = ConcurrentHashMap.newKeySet();
      addresses.add(() -> threads.add(Thread.currentThread().getName()));
      assertTrue(addresses.isConfigAwaited());
      Await.until(
          () -> "a wake-up; so far on " + threads,
          Stage.SOON,
          () -> threads.contains("discovery-grpc-timer"));
      assertFalse(addresses.isConfigAwaited());
    }
  }
}
