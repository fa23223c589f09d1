package io.discovery.spi;

/** What the engine lends to one {@link Backend} for its lifetime. Safe for use by any thread. */
public interface BackendContext {
  /** Returns the loop on which every method of the backend is called. */
  EventLoop loop();

  /**
   * Returns a short name that is unique in this JVM, such as {@code discovery-etcd-1}: the stem of
   * thread names.
   */
  String label();

  /**
   * Tells the engine that the store answers again after it did not. A hint: attempts that wait out
   * a long backoff are made soon, spread over two seconds (rule 3.18), and first retries within a
   * quarter of a second; so are those that are under way and fail after it. Calling it too often is
   * safe; without it, what failed several times in a row waits for up to half a minute in a store
   * that is well. So whatever has failed for want of an answer, proofs of life included, calls for
   * it once there are answers.
   */
  void reachable();
}
