package io.discovery.grpc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The warnings of a logger while open; {@link System.Logger} leads here by default. */
final class Log extends Handler implements AutoCloseable {
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Logger logger; // held, or it is collected

  /** Listens to this module. */
  Log() {
    this("io.discovery.grpc");
  }

  Log(String name) {
    logger = Logger.getLogger(name);
    logger.addHandler(this);
  }

  List<String> warnings() {
    return warnings;
  }

  @Override
  public void publish(LogRecord line) {
    if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
      warnings.add(line.getMessage());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
