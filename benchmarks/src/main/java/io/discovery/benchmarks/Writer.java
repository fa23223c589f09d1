package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes records straight into a store, as any program may, past all contestants. Safe for any
 * thread; what it has written stays.
 */
interface Writer extends AutoCloseable {
  int IN_FLIGHT = 1_000;

  /** Makes room for a service, where a store needs that. */
  void prepare(String service);

  CompletableFuture<?> create(String service, int index);

  CompletableFuture<?> change(String service, int index, int version);

  CompletableFuture<?> delete(String service, int index);

  @Override
  void close();

  /** Fills a service with fresh records, many at a time. */
  default void fill(String service, int count) {
    prepare(service);
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      writes.add(create(service, i));
      if (writes.size() == IN_FLIGHT || i == count - 1) {
        writes.forEach(CompletableFuture::join);
        writes.clear();
      }
    }
  }
}
