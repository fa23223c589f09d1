package io.discovery.tck;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** The in-memory backend with one thing {@link Wrong}, named by option {@code wrong.what}. */
public final class WrongBackendProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public WrongBackendProvider() {}

  @Override
  public String name() {
    return "wrong";
  }

  @Override
  public Set<String> options() {
    return Set.of("what", "link");
  }

  @Override
  public Backend connect(RegistryConfig config, BackendContext context) {
    Wrong what = Wrong.valueOf(config.option("what").orElseThrow());
    if (what == Wrong.LEAKS_THREADS) {
      leak(context.label());
    }
    MemoryStore store = MemoryStore.named(config.endpoints().get(0));
    MemoryLink link = store.link(config.option("link").orElse("direct"));
    return new WrongBackend(what, new MemoryBackend(store, link, config, context), context.loop());
  }

  private static void leak(String label) {
    CountDownLatch never = new CountDownLatch(1);
    Thread thread = new Thread(() -> WatchChapter.awaitQuietly(never), label + "-leaked");
    thread.setDaemon(true);
    thread.start();
  }
}
