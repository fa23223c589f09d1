package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A path to a {@link MemoryStore} that can be cut, by the name that registries give in option
 * {@code memory.link}. Obtained from {@link MemoryStore#link}. Safe for use by any thread.
 */
public final class MemoryLink implements Link {
  private final MemoryStore store;
  private final String name;
  private final AtomicLong knocks = new AtomicLong();
  private volatile MemoryFault fault = MemoryFault.NONE;

  MemoryLink(MemoryStore store, String name) {
    this.store = store;
    this.name = name;
  }

  @Override
  public RegistryConfig config() {
    return store.config().with(MemoryBackendProvider.NAME + "." + MemoryBackendProvider.LINK, name);
  }

  @Override
  public void cut() {
    store.endStreams(this, "connection reset");
  }

  @Override
  public void finish() {
    store.endStreams(this, "connection closed in good order");
  }

  @Override
  public void refuse() {
    fault = MemoryFault.REFUSED;
    cut();
  }

  @Override
  public void blackHole() {
    fault = MemoryFault.SILENT;
  }

  @Override
  public void loseAnswers() {
    fault = MemoryFault.DEAF;
  }

  @Override
  public long connections() {
    return knocks.get();
  }

  /** Counts a connection, or an attempt at one. */
  void knock() {
    knocks.incrementAndGet();
  }

  /** All is well again; streams that missed a change meanwhile end. */
  @Override
  public void restore() {
    fault = MemoryFault.NONE;
    store.endBrokenStreams();
  }

  /** As {@link #refuse}. */
  @Override
  public void close() {
    refuse();
  }

  MemoryFault fault() {
    return fault;
  }

  @Override
  public String toString() {
    return "link '" + name + "' to " + store;
  }
}
