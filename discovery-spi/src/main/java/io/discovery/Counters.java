package io.discovery;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link RegistryStats}. Safe for any thread. */
final class Counters {
  final LongAdder badRecords = new LongAdder();
  final LongAdder listenerFailures = new LongAdder();
  final LongAdder subscriptions = new LongAdder();
  final LongAdder writes = new LongAdder();
  final LongAdder heals = new LongAdder();
  final LongAdder resets = new LongAdder();

  RegistryStats read() {
    return new RegistryStats(
        badRecords.sum(),
        listenerFailures.sum(),
        subscriptions.sum(),
        writes.sum(),
        heals.sum(),
        resets.sum());
  }
}
