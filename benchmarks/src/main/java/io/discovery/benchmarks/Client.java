package io.discovery.benchmarks;

import java.util.function.IntConsumer;

/** The least that discovery is, on one connection of a contestant. */
interface Client extends AutoCloseable {
  /** Follows a service; {@code onSize} is told the size of each new view. */
  Handle watch(String service, IntConsumer onSize) throws Exception;

  /** Registers an instance of {@link Records}. */
  Handle register(String service, int index) throws Exception;

  @Override
  void close();
}
