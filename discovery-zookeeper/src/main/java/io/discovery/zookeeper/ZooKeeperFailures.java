package io.discovery.zookeeper;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;

/** What ZooKeeper's error codes mean to the engine. */
final class ZooKeeperFailures {
  private ZooKeeperFailures() {}

  /** Returns the code behind a failed call, {@code SYSTEMERROR} if it has none. */
  static Code code(Throwable failure) {
    return root(failure) instanceof KeeperException e ? e.code() : Code.SYSTEMERROR;
  }

  /**
   * Tells whether the server has answered: the request was refused and changed nothing. Otherwise
   * it may have been carried out, or may yet be. (The client also makes up {@code SESSIONEXPIRED}
   * and {@code AUTHFAILED} for requests in flight when it gives up.)
   */
  static boolean isRefusal(Throwable failure) {
    return switch (code(failure)) {
      case NONODE, NODEEXISTS, BADVERSION, NOTEMPTY, NOAUTH, INVALIDACL -> true;
      case NOCHILDRENFOREPHEMERALS, QUOTAEXCEEDED, UNIMPLEMENTED, BADARGUMENTS -> true;
      default -> false;
    };
  }

  /** Returns the failure in the engine's terms. */
  static DiscoveryException of(String what, Throwable failure) {
    Throwable cause = root(failure);
    if (cause instanceof DiscoveryException known) {
      return known;
    }
    String code = cause instanceof KeeperException e ? e.code().name() : cause.toString();
    return switch (code(cause)) {
      case NOAUTH, INVALIDACL, AUTHFAILED, SESSIONCLOSEDREQUIRESASLAUTH ->
          new DiscoveryException(
              Reason.DENIED,
              what
                  + ": "
                  + code
                  + " (expected: credentials that may do this; check 'user', 'password' and the"
                  + " node's ACL)",
              cause);
      case UNIMPLEMENTED ->
          new DiscoveryException(
              Reason.REJECTED, what + ": " + code + " (expected: ZooKeeper 3.6 or later)", cause);
      case NOTEMPTY, NOCHILDRENFOREPHEMERALS, QUOTAEXCEEDED, BADARGUMENTS ->
          new DiscoveryException(
              Reason.REJECTED, what + ": " + code + " (see what is at this path)", cause);
      default -> new DiscoveryException(Reason.UNAVAILABLE, what + ": " + code, cause);
    };
  }

  /** Returns the failure of something that did not come in time. */
  static DiscoveryException late(String what, Duration limit) {
    return unavailable(what + ": no answer within " + limit);
  }

  static DiscoveryException unavailable(String message) {
    return new DiscoveryException(Reason.UNAVAILABLE, message);
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
