package io.discovery.spi;

import java.util.concurrent.CompletionStage;

/** A running {@link Backend#subscribe}. Called on the event loop. */
public interface Subscription {
  /**
   * Makes the stream prove itself alive by one round trip to the store over whatever carries its
   * events. The engine asks after a silence and ends the subscription when the proof is not in
   * within its bound (rule 3.9). Many subscriptions of one connection may share one round trip in
   * flight.
   *
   * @return completes once the proof is in; fails if the stream is dead
   */
  CompletionStage<Void> probe();

  /**
   * Ends the subscription and releases what the store holds for it. Idempotent; no call to the
   * observer begins after it.
   */
  void close();
}
