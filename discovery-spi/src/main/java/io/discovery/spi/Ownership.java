package io.discovery.spi;

import io.discovery.DiscoveryException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * One record that lives as long as its owner does, kept alive by the backend between writes. The
 * handle outlives single attempts so that it can remember what an attempt with unknown outcome may
 * have left in the store.
 *
 * <p>The engine runs one operation of a handle at a time, a few dozen of all handles together, and
 * none after {@link #release} has succeeded.
 *
 * <pre>
 *  write ✓ ──────────────► held ── write ✓ (update in place) ──► held
 *  write ✗ (unknown) ──► write again: meets its own traces and resolves them
 *  held ── onLost ──► write again
 *  any ── release ✓ ──► nothing of ours is left in the store
 * </pre>
 */
public interface Ownership {
  /**
   * Makes the record exist with this content, whole, under this owner, by one attempt. Serves the
   * first claim, every repair and every update in place. A record that is ours and equal already is
   * left as it is, without a write (rule 2.8).
   *
   * <p>What it meets decides: nothing, or a record of ours (an earlier lease or session of this
   * handle or process): write. A record of a living foreign owner: replaced atomically, without a
   * moment of absence, if {@code write.claim()} is {@link Write.Claim#TAKE_OVER}; otherwise the
   * stage fails with {@code SUPERSEDED} and nothing is touched (rule 2.10).
   *
   * @return the granted time to live, once any fresh read would show the record (rule 2.3)
   */
  CompletionStage<Duration> write(Write write);

  /**
   * Removes the record if it is ours, and leaves a successor's alone. Stops renewing at once,
   * whatever the outcome. A record already gone or foreign is a success.
   */
  CompletionStage<Void> release();

  /** Hears of losses between writes. */
  interface Listener {
    /**
     * The record may be gone or no longer ours: expired, deleted, taken over, or not confirmed for
     * a whole TTL. The engine answers with another {@link #write} that heals, which finds out.
     * Called at most once after each acknowledged write, never after {@link #release} was called.
     */
    void onLost(DiscoveryException cause);
  }
}
