package io.discovery;

import java.util.Objects;

/** One difference between two snapshots of a service, see {@link Snapshot#changesSince}. */
public sealed interface Change {
  /** Returns the instance this is about: the new one, or for a removal the one that left. */
  ServiceInstance instance();

  /** An instance arrived. */
  record Added(ServiceInstance instance) implements Change {
    /** Refuses null. */
    public Added {
      Objects.requireNonNull(instance, "instance");
    }
  }

  /** An instance changed in place. */
  record Updated(ServiceInstance previous, ServiceInstance instance) implements Change {
    /** Refuses nulls. */
    public Updated {
      Objects.requireNonNull(previous, "previous");
      Objects.requireNonNull(instance, "instance");
    }
  }

  /** An instance left. */
  record Removed(ServiceInstance instance) implements Change {
    /** Refuses null. */
    public Removed {
      Objects.requireNonNull(instance, "instance");
    }
  }
}
