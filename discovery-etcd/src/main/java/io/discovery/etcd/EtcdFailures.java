package io.discovery.etcd;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * What a failure means. jetcd hands out gRPC's exceptions from calls and its own from watches and
 * renewals, and etcd tells several of its refusals apart by text alone; here is the one place that
 * looks at any of it. Stateless.
 */
final class EtcdFailures {
  private static final List<String> TOO_LARGE =
      List.of("request is too large", "larger than max", "exceeds maximum size");
  private static final List<String> STALE_TOKEN =
      List.of("invalid auth token", "revision of auth store is old");
  private static final List<String> REFUSED =
      List.of(
          "permission denied",
          "authentication failed",
          "user name is empty",
          "received fatal alert", // of the TLS handshake
          "authentication is not enabled");

  /** What only a server in working order says, in its own words: proxies use these codes, too. */
  private static final Set<String> ANSWERS =
      Set.of(
          "INVALID_ARGUMENT",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "FAILED_PRECONDITION",
          "OUT_OF_RANGE",
          "RESOURCE_EXHAUSTED",
          "UNIMPLEMENTED");

  private static final List<String> OWN_WORDS = List.of("etcdserver:");
  private static final String NO_TOKEN = "UNAUTHENTICATED";
  private static final int LONGEST = 300;

  private EtcdFailures() {}

  /** Returns what the engine is told; {@code where} names the cluster. */
  static DiscoveryException of(String where, Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof DiscoveryException known) {
      return known;
    }
    Reason reason = reason(cause);
    String remedy =
        reason == Reason.DENIED ? "; check user, password, the role's permissions and TLS" : "";
    return new DiscoveryException(reason, where + ": " + describe(cause) + remedy, cause);
  }

  static DiscoveryException unavailable(String where, String what) {
    return new DiscoveryException(Reason.UNAVAILABLE, where + ": " + what);
  }

  /** The lease has expired or was revoked: nothing hangs on it any more, and nothing ever will. */
  static boolean isLeaseGone(Throwable failure) {
    return mentions(failure, List.of("requested lease not found"));
  }

  /** The token died with the server or with a change of users; a new one mends it. */
  static boolean isStaleToken(Throwable failure) {
    return mentions(failure, STALE_TOKEN);
  }

  /** The token is good, but not for this key. */
  static boolean isForbidden(Throwable failure) {
    return codes(failure).contains("PERMISSION_DENIED");
  }

  /** What was asked for is too old to be known. */
  static boolean isCompacted(Throwable failure) {
    return mentions(failure, List.of("required revision has been compacted"));
  }

  /** What was asked for has not happened: the store's revision went back. */
  static boolean isFutureRevision(Throwable failure) {
    return mentions(failure, List.of("required revision is a future revision"));
  }

  static boolean isTooLarge(Throwable failure) {
    return mentions(failure, TOO_LARGE);
  }

  /** As {@link #isTooLarge}, or too many operations in one transaction. */
  static boolean isTooMuch(Throwable failure) {
    return isTooLarge(failure) || mentions(failure, List.of("too many operations"));
  }

  /** The request was looked at and not executed, so it has left nothing in the store. */
  static boolean isRefusal(Throwable failure) {
    return isLeaseGone(failure)
        || (unwrap(failure) instanceof DiscoveryException known
            && (known.reason() == Reason.REJECTED || known.reason() == Reason.DENIED));
  }

  /** Nobody answered, or somebody who cannot reach the quorum. */
  static boolean isOutage(Throwable failure) {
    return reason(unwrap(failure)) == Reason.UNAVAILABLE && !isAnswer(failure);
  }

  private static Reason reason(Throwable failure) {
    if (isTooLarge(failure)) {
      return Reason.REJECTED;
    }
    boolean refused =
        isForbidden(failure)
            || mentions(failure, REFUSED)
            || isStaleToken(failure)
            || (codes(failure).contains(NO_TOKEN) && isAnswer(failure))
            || chain(failure).stream().anyMatch(GeneralSecurityException.class::isInstance);
    return refused ? Reason.DENIED : Reason.UNAVAILABLE;
  }

  /** jetcd reports all failures to fetch a token alike; those of the network only in the cause. */
  private static boolean isAnswer(Throwable failure) {
    List<String> codes = codes(failure);
    return (codes.stream().anyMatch(ANSWERS::contains) && mentions(failure, OWN_WORDS))
        || (codes.contains(NO_TOKEN) && codes.stream().allMatch(NO_TOKEN::equals));
  }

  private static boolean mentions(Throwable failure, List<String> phrases) {
    return chain(failure).stream()
        .map(link -> String.valueOf(link.getMessage()).toLowerCase(Locale.ROOT))
        .anyMatch(message -> phrases.stream().anyMatch(message::contains));
  }

  private static List<String> codes(Throwable failure) {
    return chain(failure).stream().flatMap(link -> codeOf(link).stream()).toList();
  }

  private static Optional<String> codeOf(Throwable link) {
    if (link instanceof StatusRuntimeException status) {
      return Optional.of(status.getStatus().getCode().name());
    }
    if (link instanceof StatusException status) {
      return Optional.of(status.getStatus().getCode().name());
    }
    return link instanceof EtcdException etcd
        ? Optional.of(etcd.getErrorCode().name())
        : Optional.empty();
  }

  private static String describe(Throwable failure) {
    String text =
        chain(failure).stream()
            .map(
                link ->
                    link.getMessage() == null
                        ? codeOf(link).orElse(link.getClass().getName())
                        : link.getMessage())
            .distinct()
            .collect(Collectors.joining(": "));
    return escape(text.replace("ABORTED: ", "")); // the wrapping of EtcdAttempts
  }

  /** Makes text from outside fit for a message: no control characters, bounded (rule 7.5). */
  static String escape(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
    return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
  }

  private static Throwable unwrap(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? unwrap(failure.getCause())
        : failure;
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable link = failure; link != null && chain.size() < 10; link = link.getCause()) {
      chain.add(link);
    }
    return chain;
  }
}
