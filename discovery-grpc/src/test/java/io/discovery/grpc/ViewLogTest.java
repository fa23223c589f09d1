package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.Registry;
import io.discovery.ServiceInstance;
import io.discovery.Watcher.Phase;
import io.discovery.Watcher.Status;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.NameResolver;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the log of a channel says of how old its view is. */
final class ViewLogTest {
  private static final Instant NOON = Instant.parse("2024-05-06T12:00:00Z");

  private final List<String> lines = new ArrayList<>();
  private final ViewLog log = new ViewLog(new ListLogger(lines));

  private void status(Phase phase, int second, String cause, int served) {
    log.status(
        new Status(
            phase,
            NOON.plusSeconds(second),
            Optional.of(cause)
                .filter(why -> !why.isEmpty())
                .map(why -> new DiscoveryException(DiscoveryException.Reason.UNAVAILABLE, why))),
        served);
  }

  @Test
  void oneLineWhenTheViewBecomesStaleAndOneWhenItIsCurrentAgain() {
    status(Phase.CURRENT, 0, "", 3);
    status(Phase.STALE, 10, "it's gone {0}", 3);
    status(Phase.STALE, 10, "it is still gone", 3);
    status(Phase.CURRENT, 75, "", 2);
    status(Phase.CURRENT, 75, "", 1);
    status(Phase.STALE, 80, "gone\nagain", 1);
    assertEquals(
        List.of(
            "WARNING discovery: the view is STALE since 2024-05-06T12:00:10Z: it's gone {0};"
                + " 3 instances known last are served meanwhile",
            "INFO discovery: the view is CURRENT again since 2024-05-06T12:01:15Z, after 65000 ms;"
                + " 2 instances",
            "WARNING discovery: the view is STALE since 2024-05-06T12:01:20Z: gone?again;"
                + " 1 instances known last are served meanwhile"),
        lines);
  }

  @Test
  void aWatchThatBeginsInAnOutageWithWhatWasKnownBeforeIsStale() {
    status(Phase.CONNECTING, 0, "", 0);
    status(Phase.CONNECTING, 0, "down", 0); // the failed calls say so themselves
    assertEquals(List.of(), lines);
    status(Phase.CONNECTING, 0, "down", 2);
    status(Phase.CONNECTING, 0, "down", 2);
    status(Phase.CURRENT, 9, "", 2);
    assertEquals(2, lines.size(), lines::toString);
    assertTrue(
        lines
            .get(0)
            .startsWith(
                "WARNING discovery: the view is STALE since 2024-05-06T12:00:00Z: down; 2 "));
  }

  @Test
  void aChannelInAnOutage() {
    MemoryStore store = MemoryStore.named("view-" + UUID.randomUUID());
    try (Stage stage = new Stage(store.config());
        Probe probe = new Probe()) {
      Registry registry = stage.registry();
      stage.register(registry, ServiceInstance.of("orders", "10.0.0.1", 80));
      NameResolver resolver =
          Stage.provider(Duration.ofMillis(1), registry)
              .newNameResolver(URI.create("discovery:///orders"), probe.args());
      stage.atEnd(() -> probe.inContext(resolver::shutdown));
      probe.start(resolver);
      probe.awaitAddresses("/10.0.0.1:80");
      assertEquals(List.of(), probe.log);
      for (int outage = 1; outage <= 2; outage++) {
        int before = probe.log.size();
        long failures = registry.stats().subscriptions() + 2;
        store.stop();
        Await.until("a line", Stage.SOON, () -> probe.log.size() == before + 1);
        Await.until(
            "two vain attempts", Stage.SOON, () -> registry.stats().subscriptions() >= failures);
        store.start();
        Await.until("another line", Stage.SOON, () -> probe.log.size() == before + 2);
        String stale = probe.log.get(before);
        assertTrue(
            stale.matches(
                "WARNING discovery: the view is STALE since [-0-9T:.]+Z: .*stopped.*;"
                    + " 1 instances known last are served meanwhile"),
            stale);
        String current = probe.log.get(before + 1);
        assertTrue(
            current.matches(
                "INFO discovery: the view is CURRENT again since [-0-9T:.]+Z, after \\d+ ms;"
                    + " 1 instances"),
            current);
      }
    }
  }
}
