package io.discovery.examples.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.spi.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is taken for alive; the monotonic clock is the test's. */
class SightingsTest {
  private static final Duration TTL = Duration.ofSeconds(10);

  @TempDir Path directory;
  private final Sightings sightings = new Sightings();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("orders"));
    Entry entry = new Entry("1", "value".getBytes(UTF_8));
    file = folder.resolve("1");
    Files.write(file, new FileRecord(UUID.randomUUID().toString(), TTL, "orders", entry).bytes());
    beat(Duration.ZERO);
  }

  /** Sets the heartbeat to a moment ago, or ahead. */
  private void beat(Duration ago) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(ago)));
  }

  private int livingAt(int second) throws IOException {
    return sightings.look(List.of(file), Duration.ofSeconds(second).toNanos()).size();
  }

  @Test
  void aliveUntilSilentForItsTimeToLive() throws IOException {
    assertEquals(1, livingAt(0));
    assertEquals(1, livingAt(9));
    assertEquals(0, livingAt(11));
    beat(Duration.ZERO);
    assertEquals(1, livingAt(12));
  }

  @Test
  void aNewcomerKnowsTheDead() throws IOException {
    beat(TTL.plusSeconds(1));
    assertEquals(0, livingAt(0));
  }

  @Test
  void aJumpOfTheWallClockKillsNobody() throws IOException {
    assertEquals(1, livingAt(0));
    beat(Duration.ofHours(1));
    assertEquals(1, livingAt(1));
    beat(Duration.ofHours(-1));
    assertEquals(1, livingAt(2));
    assertEquals(0, livingAt(13));
  }

  @Test
  void onlyAWitnessOfTheWholeSilenceDeletes() throws IOException {
    beat(TTL.plusSeconds(1));
    assertEquals(0, livingAt(0));
    assertEquals(List.of(), sightings.abandoned());
    assertEquals(0, livingAt(11));
    assertEquals(List.of(file), sightings.abandoned());
  }

  @Test
  void whatAnOperatorWritesStays() throws IOException {
    Files.writeString(file, "by hand");
    assertEquals(1, livingAt(0));
    assertEquals(1, livingAt(1_000_000));
    FileRecord record = FileRecord.read(file).orElseThrow();
    assertEquals(new Entry("1", "by hand".getBytes(UTF_8)), record.entry());
  }
}
