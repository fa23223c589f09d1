package io.discovery.benchmarks;

import java.io.IOException;

/** A real server of a job's own, so that its data are fresh. */
interface Store extends AutoCloseable {
  StoreType type();

  /** Returns {@code host:port}. */
  String endpoint();

  int port();

  /** Returns a writer that this store closes. */
  Writer writer();

  /** Returns how many messages clients have sent to the server since it was started. */
  long messages() throws IOException;

  /** Opens a contestant's client on this store. */
  default Client open(Contestant contestant) throws Exception {
    return type().open(contestant, endpoint());
  }

  @Override
  void close();
}
