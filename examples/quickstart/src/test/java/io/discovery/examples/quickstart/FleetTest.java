package io.discovery.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The smaller examples, each of which fails by itself if what it shows does not happen. */
class FleetTest {
  @ParameterizedTest
  @ValueSource(classes = {Canary.class, Zones.class, RollingRestart.class})
  void showsWhatItSays(Class<?> example) throws InterruptedException {
    try (Program program = Program.start(example, List.of("-Ddiscovery.backend=zookeeper"))) {
      assertEquals(0, program.awaitExit(Duration.ofSeconds(100)), program::text);
    }
  }
}
