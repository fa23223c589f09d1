package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;

/**
 * A connection path to the store that can be cut. Registries opened with its configuration, and no
 * others, suffer its faults. Every fault is in force when its method returns.
 *
 * <p>Not every path can suffer everything. A method that cannot do what it says aborts by {@link
 * #lacks}; the test is then skipped and says so. Those with a default do that unless overridden.
 */
public interface Link extends AutoCloseable {
  /** Returns the fixture's configuration, leading through this link. */
  RegistryConfig config();

  /** Ends the connections of the moment abruptly; new ones work. */
  void cut();

  /** Ends the connections of the moment in good order; new ones work. */
  void finish();

  /** Ends all connections and refuses new ones. */
  void refuse();

  /** Carries nothing any more while connections stay open: what is sent is held back. */
  void blackHole();

  /** Carries requests but no answers, so that writes happen and nobody learns of it. */
  void loseAnswers();

  /** Carries answers but no requests, so that what the store says unasked still arrives. */
  default void loseRequests() {
    lacks("lost requests");
  }

  /** Delays everything by {@code time}, each way. */
  default void delay(Duration time) {
    lacks("delay");
  }

  /** Carries so many bytes a second at the most, each way. */
  default void throttle(int bytesPerSecond) {
    lacks("throttle");
  }

  /**
   * Carries so many more bytes of answers, then ends the connection of the last one abruptly. New
   * ones work and are not limited.
   */
  default void cutAfter(long bytes) {
    lacks("byte limit");
  }

  /**
   * Returns how many connections clients have opened through this link so far. One that the store
   * then refused counts, one that the link refused need not.
   */
  default long connections() {
    return lacks("counter");
  }

  /** Ends every fault: all is well again. */
  void restore();

  /** Ends the link for good. */
  @Override
  void close();

  /**
   * Skips the test that is running.
   *
   * @param what the capability that this path has not, in the words of a test's javadoc
   * @return nothing, so that it can stand where a value is wanted
   */
  static long lacks(String what) {
    return Assumptions.abort("the fixture's Link has no " + what);
  }

  /**
   * Returns a link through a proxy, which is closed with it.
   *
   * @param config a configuration whose only endpoint is the proxy's
   */
  static Link through(TcpProxy proxy, RegistryConfig config) {
    return new ProxyLink(proxy, config);
  }
}
