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

  /** Names a record. */
  record Key(String service, int index) {}

  /** Makes room for a service, where a store needs that; what is created next finds it. */
  CompletableFuture<?> prepare(String service);

  CompletableFuture<?> create(String service, int index);

  /** Creates all of these in one transaction; etcd takes 128 by default. */
  CompletableFuture<?> create(List<Key> keys);

  CompletableFuture<?> change(String service, int index, int version);

  CompletableFuture<?> delete(String service, int index);

  @Override
  void close();

  /** Fills a service with fresh records, many at a time. */
  default void fill(String service, int count) {
    fill(List.of(service), count);
  }

  /** Fills each of these services. */
  default void fill(List<String> services, int count) {
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (String service : services) {
      writes.add(prepare(service));
      for (int i = 0; i < count; i++) {
        writes.add(create(service, i));
        if (writes.size() >= IN_FLIGHT) {
          writes.forEach(CompletableFuture::join);
          writes.clear();
        }
      }
    }
    writes.forEach(CompletableFuture::join);
  }
}
