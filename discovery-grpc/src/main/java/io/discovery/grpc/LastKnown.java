package io.discovery.grpc;

import io.discovery.ServiceInstance;
import java.util.List;

/**
 * What the process has last known of one service. Outlives the watch that it comes from, so that a
 * channel that leaves idle mode while the store cannot be asked goes on as those do that never
 * idled. Safe for any thread.
 */
final class LastKnown {
  private volatile List<ServiceInstance> instances = List.of();

  /** Returns what the registry said last; empty if that was "nobody", or nothing ever. */
  List<ServiceInstance> instances() {
    return instances;
  }

  void instances(List<ServiceInstance> newest) {
    instances = newest;
  }
}
