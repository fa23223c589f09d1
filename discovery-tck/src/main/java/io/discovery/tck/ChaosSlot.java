package io.discovery.tck;

import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A place where registrants contend: one id of one service. Immutable. */
record ChaosSlot(String service, String id) {
  static final List<String> SERVICES = List.of("alpha", "beta");
  private static final int IDS = 4;

  /** Returns all slots of a run, in the order in which a schedule numbers them. */
  static List<ChaosSlot> all() {
    List<ChaosSlot> slots = new ArrayList<>();
    for (String service : SERVICES) {
      for (int i = 0; i < IDS; i++) {
        slots.add(new ChaosSlot(service, "i" + i));
      }
    }
    return slots;
  }

  /** Returns what a snapshot of this service shows here. */
  Optional<ServiceInstance> in(Snapshot snapshot) {
    return snapshot.instance(id);
  }

  @Override
  public String toString() {
    return service + "/" + id;
  }
}
