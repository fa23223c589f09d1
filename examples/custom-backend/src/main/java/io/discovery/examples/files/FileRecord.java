package io.discovery.examples.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.discovery.spi.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file says: a line of ours, then the value. A file without that line has no owner and stays
 * until someone deletes it; so an operator adds a static instance with an editor.
 *
 * @param owner the token of the handle that wrote it; empty if nobody keeps it alive
 * @param ttl how long it may be without a heartbeat
 */
record FileRecord(String owner, Duration ttl, String service, Entry entry) {
  private static final Pattern HEADER =
      Pattern.compile("files/1 ([0-9a-f-]{36}) (\\d{1,12}) ([!-~]+) ([!-~]+)");

  /** What is longer is no instance, whoever wrote it. */
  private static final int LONGEST_RECORD = 1 << 20;

  private static final int LONGEST_HEADER = 2_000;
  private static final int LONGEST_NAME = 200;

  /** Reads a record; empty if there is none. */
  static Optional<FileRecord> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(parse(file, in.readNBytes(LONGEST_RECORD)));
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
  }

  private static FileRecord parse(Path file, byte[] bytes) {
    String folder = file.getParent().getFileName().toString();
    String name = file.getFileName().toString();
    String start = new String(bytes, 0, Math.min(bytes.length, LONGEST_HEADER), US_ASCII);
    Matcher header = HEADER.matcher(start.lines().findFirst().orElse(""));
    if (header.matches()
        && fileName(header.group(3)).equals(folder)
        && fileName(header.group(4)).equals(name)) {
      byte[] value =
          Arrays.copyOfRange(bytes, Math.min(header.end() + 1, bytes.length), bytes.length);
      Duration ttl = Duration.ofMillis(Long.parseLong(header.group(2)));
      return new FileRecord(
          header.group(1), ttl, header.group(3), new Entry(header.group(4), value));
    }
    return new FileRecord("", Duration.ZERO, folder, new Entry(name, bytes));
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String header =
        String.join(" ", "files/1", owner, Long.toString(ttl.toMillis()), service, entry.id());
    bytes.writeBytes((header + "\n").getBytes(US_ASCII));
    bytes.writeBytes(entry.value());
    return bytes.toByteArray();
  }

  boolean isOwned() {
    return !owner.isEmpty();
  }

  /** Tells whether {@code other} has an owner, and another one. */
  boolean isForeign(FileRecord other) {
    return other.isOwned() && !other.owner.equals(owner);
  }

  /**
   * Returns the file's name for a service or id. Names come as up to 600 characters and file
   * systems take 255: a long one is cut and told apart by its hash. It stands in full in the
   * header.
   */
  static String fileName(String name) {
    if (name.length() <= LONGEST_NAME) {
      return name;
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(US_ASCII));
      return name.substring(0, LONGEST_NAME - 20) + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
