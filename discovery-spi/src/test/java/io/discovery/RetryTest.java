package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A thousand clients of one store (rule 3.18). */
class RetryTest {
  private static final int CLIENTS = 1_000;

  private final VirtualTime time = new VirtualTime();
  private final AtomicInteger attempts = new AtomicInteger();
  private final List<Retry> herd = new ArrayList<>();

  private void fail(int failures) {
    RegistryConfig config = RegistryConfig.defaults().withFormat("etcd-naming");
    for (int i = 0; i < CLIENTS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      Engine engine =
          new Engine("test", config, time, time.listeners(), random, time, Waiting.BLOCKING);
      Retry retry = new Retry(engine, attempts::incrementAndGet);
      for (int k = 0; k < failures; k++) {
        retry.after(Reason.UNAVAILABLE);
      }
      herd.add(retry);
    }
  }

  @Test
  void aStoreThatIsBackIsMetBySomeAndThenByAll() {
    for (int failures = 2; failures < 8; failures++) {
      herd.clear();
      attempts.set(0);
      fail(failures);
      herd.forEach(Retry::hurry);
      time.advance(Duration.ofSeconds(1));
      int early = attempts.get();
      assertTrue(
          early > 0 && early < CLIENTS / 2,
          early + " came in the first second after " + failures + " failures");
      herd.forEach(Retry::hurry); // said again, it puts nobody off
      time.advance(Duration.ofSeconds(1));
      assertEquals(CLIENTS, attempts.get(), "within two seconds");
    }
  }

  @Test
  void aFirstRetryComesWithinASecondAllTheSame() {
    fail(1);
    herd.forEach(Retry::hurry);
    time.advance(Duration.ofSeconds(1));
    assertEquals(CLIENTS, attempts.get());
  }
}
