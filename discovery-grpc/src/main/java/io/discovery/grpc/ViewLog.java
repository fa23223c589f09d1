package io.discovery.grpc;

import io.discovery.Watcher;
import io.grpc.ChannelLogger;
import io.grpc.ChannelLogger.ChannelLogLevel;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells whoever looks into a channel, in channelz or in gRPC's log, when what it knows of its
 * service becomes old and when it is current again: one line each, however often the registry tries
 * meanwhile. In the channel's synchronization context.
 */
final class ViewLog {
  private final ChannelLogger logger;
  private Optional<Instant> staleSince = Optional.empty(); // empty while nothing was said of that

  ViewLog(ChannelLogger logger) {
    this.logger = logger;
  }

  /**
   * Takes note of the view's status.
   *
   * @param served how many instances the channel works with
   */
  void status(Watcher.Status status, int served) {
    if (isOld(status, served) && staleSince.isEmpty()) {
      staleSince = Optional.of(status.since());
      logger.log(
          ChannelLogLevel.WARNING,
          "discovery: the view is STALE since {0}: {1}; {2} instances known last are served meanwhile",
          status.since().toString(),
          status.cause().map(cause -> PublishedConfig.shown(cause.getMessage())).orElse("unknown"),
          Integer.toString(served));
    } else if (status.phase() == Watcher.Phase.CURRENT && staleSince.isPresent()) {
      Duration stale = Duration.between(staleSince.get(), status.since());
      staleSince = Optional.empty();
      logger.log(
          ChannelLogLevel.INFO,
          "discovery: the view is CURRENT again since {0}, after {1} ms; {2} instances",
          status.since().toString(),
          Long.toString(stale.toMillis()),
          Integer.toString(served));
    }
  }

  /** So is what a watch that begins in an outage has from the one before it. */
  private static boolean isOld(Watcher.Status status, int served) {
    return switch (status.phase()) {
      case STALE -> true;
      case CONNECTING -> served > 0;
      case CURRENT, CLOSED -> false;
    };
  }
}
