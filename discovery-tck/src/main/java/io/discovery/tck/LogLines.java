package io.discovery.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What the library logs while this is open, as messages without their parameters put in. Sees only
 * what reaches java.util.logging, which is where {@link System.Logger} leads by default.
 */
final class LogLines extends Handler implements AutoCloseable {
  private static final String LIBRARY = "io.discovery";

  private final List<LogRecord> records = new ArrayList<>(); // guarded by itself
  // Held, so that neither it nor this handler is collected.
  private final Logger logger = Logger.getLogger(LIBRARY);

  /** Begins to listen. */
  LogLines() {
    logger.addHandler(this);
  }

  /** Tells whether what the library logs can be seen at all. */
  static boolean visible() {
    return System.LoggerFinder.getLoggerFinder()
        .getClass()
        .getModule()
        .equals(Logger.class.getModule());
  }

  /** Returns the warnings so far that contain {@code text}. */
  List<String> warnings(String text) {
    synchronized (records) {
      return records.stream()
          .filter(line -> line.getLevel().intValue() >= Level.WARNING.intValue())
          .map(LogRecord::getMessage)
          .filter(message -> message.contains(text))
          .toList();
    }
  }

  /** Returns all lines so far, and the exceptions logged with them. */
  List<String> all() {
    synchronized (records) {
      return records.stream()
          .map(line -> line.getMessage() + (line.getThrown() == null ? "" : line.getThrown()))
          .toList();
    }
  }

  @Override
  public void publish(LogRecord line) {
    if (!line.getLoggerName().startsWith("io.discovery.tck")) {
      synchronized (records) {
        records.add(line);
      }
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
