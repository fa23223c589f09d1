package io.discovery.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A bare client that collects registrations and writes them in transactions, one after the other
 * without waiting for answers. For one thread.
 */
final class BatchingClient implements Client {
  static final int BATCH = 64;

  private final Client bare;
  private final Writer writer;
  private Batch batch = new Batch(); // the one that is not sent yet

  /**
   * @param bare closed with this
   * @param writer of that client
   */
  BatchingClient(Client bare, Writer writer) {
    this.bare = bare;
    this.writer = writer;
  }

  @Override
  public Handle watch(String service, IntConsumer onSize) throws Exception {
    return bare.watch(service, onSize);
  }

  /** Whoever awaits an incomplete batch sends it: nothing else says that no more will come. */
  @Override
  public Handle register(String service, int index) {
    Batch its = batch;
    its.keys.add(new Writer.Key(service, index));
    if (its.keys.size() == BATCH) {
      its.send();
    }
    return Handle.of(its::await, () -> writer.delete(service, index).join());
  }

  @Override
  public void close() {
    bare.close();
  }

  private final class Batch {
    private final List<Writer.Key> keys = new ArrayList<>();
    private Optional<CompletableFuture<?>> written = Optional.empty();

    void send() {
      written = Optional.of(writer.create(keys));
      batch = new Batch();
    }

    void await() throws Exception {
      if (written.isEmpty()) {
        send();
      }
      written.orElseThrow().get(Handle.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
