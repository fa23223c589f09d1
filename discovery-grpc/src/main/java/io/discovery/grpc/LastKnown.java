package io.discovery.grpc;

import io.discovery.ServiceInstance;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the process has last known of one service. Outlives the watch that it comes from, so that a
 * channel that leaves idle mode while the store cannot be asked goes on as those do that never
 * idled. Safe for any thread.
 */
final class LastKnown {
  /** Few targets of a process differ in this. */
  private static final int OWN_PARTS = 20;

  private volatile List<ServiceInstance> instances = List.of();
  private final Map<Map<String, ?>, Optional<String>> goodConfigs =
      Memory.lastUsed(OWN_PARTS); // guarded by itself

  /** Returns what the registry said last; empty if that was "nobody", or nothing ever. */
  List<ServiceInstance> instances() {
    return instances;
  }

  void rememberInstances(List<ServiceInstance> newest) {
    instances = newest;
  }

  /**
   * Returns the newest service config that channels with this part of their own could use; empty if
   * it was taken back.
   *
   * @param own what their target says; with another, the same text may be bad
   * @param otherwise if nobody knows
   */
  Optional<String> goodConfig(Map<String, ?> own, Optional<String> otherwise) {
    synchronized (goodConfigs) {
      return goodConfigs.getOrDefault(own, otherwise);
    }
  }

  void rememberGoodConfig(Map<String, ?> own, Optional<String> newest) {
    synchronized (goodConfigs) {
      goodConfigs.put(own, newest);
    }
  }
}
