package io.discovery.spi;

import io.discovery.DiscoveryException;
import java.util.List;

/**
 * Receives one subscription: {@code onPart* onListing onDelta* onEnd?}, one call at a time.
 *
 * <p>Completeness is the backend's promise: between the listing and the end nothing committed is
 * missed, and whenever that is in doubt the subscription ends. Ends are cheap: the engine
 * subscribes again and shows the difference only.
 */
public interface Observer {
  /**
   * A hint, for a backend that waits for something else before it has a listing: these entries can
   * be decoded meanwhile. Nothing is shown of them and nothing promised; if the listing has others,
   * that was in vain.
   *
   * @param part what the listing will go on with, after the earlier parts
   */
  default void onPart(List<Entry> part) {}

  /** The complete set as of some moment after the subscription began. First, exactly once. */
  void onListing(Listing listing);

  /** Later changes, in commit order. */
  void onDelta(Delta delta);

  /** The stream is over, or could not begin. At most once, last. */
  void onEnd(DiscoveryException cause);
}
