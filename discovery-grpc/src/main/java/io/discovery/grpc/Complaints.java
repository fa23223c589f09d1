package io.discovery.grpc;

import io.discovery.ServiceInstance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What the log is told of instances that a channel cannot dial: which and why, once for each, and
 * {@value #NAMED} at a time at most, however many a mistake concerns. For one look at the instances
 * of a service, on one thread.
 */
final class Complaints {
  static final int NAMED = 10;

  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  private final String service;
  private int warnings;

  /**
   * @param service as it may stand in a message
   */
  Complaints(String service) {
    this.service = service;
  }

  /**
   * @param again whether that has been said before, of the same instance
   */
  void add(ServiceInstance instance, Throwable why, boolean again) {
    boolean warn = !again && ++warnings <= NAMED;
    Level level = warn ? Level.WARNING : Level.DEBUG;
    boolean judged = why instanceof IllegalArgumentException;
    // The function may have put into it what anybody wrote into the registry.
    String reason = PublishedConfig.shown(String.valueOf(judged ? why.getMessage() : why));
    String message =
        "instance "
            + service
            + "/"
            + Percent.encodeInvisible(instance.id())
            + " is left out, this channel cannot dial it: "
            + reason;
    if (judged) {
      LOG.log(level, message);
    } else {
      Throwable mistake = new Throwable(reason); // to be found; its own message may be anything
      mistake.setStackTrace(why.getStackTrace());
      LOG.log(level, message, mistake);
    }
  }

  /** Says of how many nothing was said. */
  void end() {
    if (warnings > NAMED) {
      LOG.log(
          Level.WARNING,
          (warnings - NAMED)
              + " more instances of "
              + service
              + " are left out in the same way; level DEBUG names them");
    }
  }
}
