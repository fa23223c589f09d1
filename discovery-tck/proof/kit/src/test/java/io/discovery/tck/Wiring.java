package io.discovery.tck;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import java.time.Duration;

/** What a wrong backend is made of: all that the right one has. */
record Wiring(MemoryStore store, MemoryLink link, RegistryConfig config, BackendContext context) {
  /** Connects the right backend. */
  Backend right() {
    return new MemoryBackend(store, link, config, context);
  }

  Wiring with(RegistryConfig other) {
    return new Wiring(store, link, other, context);
  }

  /** Returns the same, where {@code hear} is called whenever the store answers again. */
  Wiring hearing(Runnable hear) {
    return new Wiring(
        store,
        link,
        config,
        new BackendContext() {
          @Override
          public EventLoop loop() {
            return context.loop();
          }

          @Override
          public String label() {
            return context.label();
          }

          @Override
          public void reachable() {
            hear.run();
            context.reachable();
          }
        });
  }

  boolean healthy() {
    return store.faultOn(link) == MemoryFault.NONE;
  }

  void later(int millis, Runnable task) {
    context.loop().schedule(Duration.ofMillis(millis), task);
  }
}
