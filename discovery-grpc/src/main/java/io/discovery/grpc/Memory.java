package io.discovery.grpc;

import io.discovery.Registry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * What is last known of services, those in use and those used last: {@value #SERVICES} for each
 * registry. A registry handed in is forgotten with its owner; one that a target chooses is the same
 * after it was closed and opened again. Safe for any thread.
 */
final class Memory {
  static final int SERVICES = 500;
  private static final int CHOICES = 50;

  // Both guarded by this.
  private final Map<Registry, Map<String, LastKnown>> ofGiven = new WeakHashMap<>();
  private final Map<RegistryChoice, Map<String, LastKnown>> ofChosen = lastUsed(CHOICES);

  synchronized LastKnown of(Sharing.Key key) {
    return services(key).computeIfAbsent(key.service(), service -> new LastKnown());
  }

  /** Remembers the service as the one used last, even if others have taken its place meanwhile. */
  synchronized void keep(Sharing.Key key, LastKnown known) {
    services(key).put(key.service(), known);
  }

  /** However its instances are dialled: what the registry says is the same. */
  private Map<String, LastKnown> services(Sharing.Key key) {
    return key.given()
        .map(given -> ofGiven.computeIfAbsent(given, registry -> lastUsed(SERVICES)))
        .orElseGet(() -> ofChosen.computeIfAbsent(key.registry(), choice -> lastUsed(SERVICES)));
  }

  /** Returns a map that forgets the entry used longest ago when there are more than this. */
  static <K, V> Map<K, V> lastUsed(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }
}
