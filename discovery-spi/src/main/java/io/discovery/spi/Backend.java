package io.discovery.spi;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * One connection to one store. Every operation is a single attempt: it never blocks, never retries
 * and always completes, at the latest after the configured timeout. The engine decides whether and
 * when to try again.
 *
 * <p><b>Threading.</b> All methods here and on {@link Ownership} and {@link Subscription} are
 * called on {@link BackendContext#loop()}. Stages may complete and listeners may be called on any
 * thread, one at a time for each object; the engine moves to its loop. Hopping to the loop first
 * lets a backend do without locks.
 *
 * <p><b>Errors.</b> A failed stage carries a {@link io.discovery.DiscoveryException} whose reason
 * steers the engine: {@code UNAVAILABLE} (try again with backoff), {@code DENIED} (credentials or
 * permissions: try again, at most every five seconds), {@code REJECTED} (the store will not take
 * this content: try again rarely), {@code SUPERSEDED} (a living foreign owner, see {@link
 * Ownership#write}). Anything else counts as {@code UNAVAILABLE}.
 *
 * <p><b>Names.</b> {@code service} and {@code id} arrive percent-encoded by the engine (rule 1.2):
 * 1 to 600 characters out of {@code A-Z a-z 0-9 - . _ ~ : @ %}, never {@code .}, {@code ..} or
 * {@code zookeeper}. A backend uses them as they are, as one path segment each: {@code
 * <namespace>/<service>/<id>}. Names read from the store are reported as they are; keys with
 * further segments are not instances and are left out.
 */
public interface Backend {
  /**
   * Returns a handle on one record, without I/O. The engine holds at most one open handle of a
   * (service, id) at a time and calls {@link Ownership#release} on it in the end.
   *
   * @param ttl how long the record may outlive its writer; a request, the store may grant another
   * @param listener told when the record may have been lost after an acknowledged write
   */
  Ownership own(String service, String id, Duration ttl, Ownership.Listener listener);

  /**
   * Follows a service: one complete read, then every change after it, then at most one end. A
   * service that does not exist is an empty listing, needs no write permission and leaves nothing
   * behind (rule 3.16).
   */
  Subscription subscribe(String service, Observer observer);

  /**
   * Follows the settings of a service as {@link #subscribe} follows its instances: the records at
   * {@code <namespace>.settings/<service>/<name>}, which operators write and nobody owns.
   */
  Subscription subscribeSettings(String service, Observer observer);

  /** Reads the complete set of a service, by an operation begun after this call (rule 4.1). */
  CompletionStage<Listing> list(String service);

  /** Reads the names of all services that have at least one record, as they are in the store. */
  CompletionStage<Set<String>> services();

  /**
   * Releases connections, sessions, leases and threads; records still owned end with them where the
   * store can do that. Called once, last. The stage completes when all is released; the engine
   * waits a bounded time.
   */
  CompletionStage<Void> shutdown();
}
