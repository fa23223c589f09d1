package io.discovery.examples.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is alive in one directory. A record is, as long as its time stamp keeps moving; how long it
 * stands still is measured by the monotonic clock from look to look. The stamp is compared with the
 * wall clock only for the time before our last look, so a jump of that clock changes nothing for
 * those who keep looking (rule 2.6), and a newcomer still knows the dead.
 *
 * <p>For the disk thread only.
 */
final class Sightings {
  private Map<Path, Sighting> seen = Map.of();
  private long lookedAt;
  private boolean looked;

  /** What changes whenever a file is written, replaced or touched. */
  private record Stamp(Object fileKey, FileTime time, long size) {
    static Optional<Stamp> of(Path file) throws IOException {
      try {
        var now = Files.readAttributes(file, BasicFileAttributes.class);
        return now.isRegularFile()
            ? Optional.of(new Stamp(now.fileKey(), now.lastModifiedTime(), now.size()))
            : Optional.empty();
      } catch (NoSuchFileException gone) {
        return Optional.empty();
      }
    }
  }

  /**
   * A record and its stamp.
   *
   * @param silentSince since when it stands still, as far as can be told
   * @param since when we saw it first like this, by our own clock alone
   */
  private record Sighting(Stamp stamp, FileRecord record, long silentSince, long since) {
    boolean isDead(long now) {
      return record.isOwned() && now - silentSince > record.ttl().toNanos();
    }

    boolean isAbandoned(long now) {
      return isDead(now) && now - since > record.ttl().toNanos();
    }
  }

  /** Looks at these files; returns the records that are alive. */
  List<FileRecord> look(List<Path> files, long now) throws IOException {
    Map<Path, Sighting> present = new HashMap<>();
    List<FileRecord> living = new ArrayList<>();
    for (Path file : files) {
      Optional<Sighting> sighting = look(file, now);
      sighting.ifPresent(seen -> present.put(file, seen));
      sighting.filter(seen -> !seen.isDead(now)).ifPresent(seen -> living.add(seen.record()));
    }
    seen = present;
    lookedAt = now;
    looked = true;
    return living;
  }

  private Optional<Sighting> look(Path file, long now) throws IOException {
    Optional<Stamp> stamp = Stamp.of(file); // before the content: a later change is seen next time
    Sighting before = seen.get(file);
    if (stamp.isEmpty() || (before != null && before.stamp().equals(stamp.get()))) {
      return stamp.map(same -> before);
    }
    long age = Duration.between(stamp.get().time().toInstant(), Instant.now()).toNanos();
    long mostly = looked ? Math.min(age, now - lookedAt) : age;
    return FileRecord.read(file)
        .map(record -> new Sighting(stamp.get(), record, now - Math.max(0, mostly), now));
  }

  /** Returns the files that we ourselves have seen stand still for all their time to live. */
  List<Path> abandoned() {
    return seen.keySet().stream().filter(file -> seen.get(file).isAbandoned(lookedAt)).toList();
  }

  /** Tells whether a file is still as it was when last looked at. */
  boolean isUnchanged(Path file) throws IOException {
    return Stamp.of(file).equals(Optional.of(seen.get(file).stamp()));
  }
}
