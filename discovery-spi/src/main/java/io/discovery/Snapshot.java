package io.discovery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The complete set of instances of a service at one moment. Immutable.
 *
 * @param service the service's name
 * @param sequence grows strictly within one {@link Watcher} (rule 3.4); 0 for the result of {@link
 *     Registry#list}
 * @param instances sorted by id, each id once
 */
public record Snapshot(String service, long sequence, List<ServiceInstance> instances) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the instances are not strictly sorted by id
   */
  public Snapshot {
    Objects.requireNonNull(service, "service");
    instances = Instances.copyOf(instances);
  }

  /** Returns the instance with this id, if it is there. O(log n). */
  public Optional<ServiceInstance> instance(String id) {
    return ((Instances) instances).find(id);
  }

  /**
   * Returns the exact difference from {@code earlier} to this snapshot, in order of id. O(n).
   *
   * @throws IllegalArgumentException if {@code earlier} is of another service
   */
  public List<Change> changesSince(Snapshot earlier) {
    if (!service.equals(earlier.service)) {
      throw new IllegalArgumentException(
          "earlier: '" + earlier.service + "' (expected: a snapshot of '" + service + "')");
    }
    List<Change> changes = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < earlier.instances.size() || j < instances.size()) {
      int order =
          i == earlier.instances.size()
              ? 1
              : j == instances.size() ? -1 : order(earlier.instances.get(i), instances.get(j));
      if (order < 0) {
        changes.add(new Change.Removed(earlier.instances.get(i++)));
      } else if (order > 0) {
        changes.add(new Change.Added(instances.get(j++)));
      } else {
        ServiceInstance before = earlier.instances.get(i++);
        ServiceInstance after = instances.get(j++);
        if (!Objects.equals(before, after)) {
          changes.add(new Change.Updated(before, after));
        }
      }
    }
    return Collections.unmodifiableList(changes);
  }

  /** By id; what did not change is mostly the same object, whose id need not be looked at. */
  private static int order(ServiceInstance before, ServiceInstance after) {
    return Objects.equals(before, after) ? 0 : before.id().compareTo(after.id());
  }
}
