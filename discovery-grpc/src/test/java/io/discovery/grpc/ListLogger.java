package io.discovery.grpc;

import io.grpc.ChannelLogger;
import java.text.MessageFormat;
import java.util.List;

/** Keeps what a channel's log is told. */
final class ListLogger extends ChannelLogger {
  private final List<String> lines;

  ListLogger(List<String> lines) {
    this.lines = lines;
  }

  @Override
  public void log(ChannelLogLevel level, String message) {
    lines.add(level + " " + message);
  }

  @Override
  public void log(ChannelLogLevel level, String format, Object... arguments) {
    log(level, MessageFormat.format(format, arguments));
  }
}
