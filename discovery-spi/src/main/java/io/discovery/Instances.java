package io.discovery;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.SortedMap;

/**
 * The instances of one service, sorted by id, each once. Immutable, and known to be in order
 * wherever it comes: one change among thousands costs a copy of the references and a search.
 */
final class Instances extends AbstractList<ServiceInstance> implements RandomAccess {
  static final Instances NONE = new Instances(new ServiceInstance[0]);

  private final ServiceInstance[] sorted;

  private Instances(ServiceInstance[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Copies a list that is in order already.
   *
   * @throws IllegalArgumentException if it is not, or if an id stands there twice
   */
  static Instances copyOf(List<ServiceInstance> list) {
    if (list instanceof Instances instances) {
      return instances;
    }
    ServiceInstance[] sorted = List.copyOf(list).toArray(ServiceInstance[]::new);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i - 1].id().compareTo(sorted[i].id()) >= 0) {
        throw new IllegalArgumentException(
            "instances: '"
                + sorted[i].id()
                + "' at "
                + i
                + " is out of order (expected: sorted by id, each once)");
      }
    }
    return new Instances(sorted);
  }

  /** Sorts instances of which no two have the same id. */
  static Instances sorted(Collection<ServiceInstance> instances) {
    ServiceInstance[] sorted = instances.toArray(ServiceInstance[]::new);
    Arrays.sort(sorted, Comparator.comparing(ServiceInstance::id));
    return new Instances(sorted);
  }

  /** Returns the instance with this id, if it is there. O(log n). */
  Optional<ServiceInstance> find(String id) {
    int at = position(0, id);
    return isAt(at, id) ? Optional.of(sorted[at]) : Optional.empty();
  }

  /**
   * Returns these after changes: what an id means now, if anything. An instance that did not change
   * stays the same object, so that those who cache by identity stay warm; and if none did, so does
   * the whole.
   */
  Instances with(SortedMap<String, Optional<ServiceInstance>> changes) {
    int size = sorted.length;
    boolean differs = false;
    for (Map.Entry<String, Optional<ServiceInstance>> change : changes.entrySet()) {
      Optional<ServiceInstance> before = find(change.getKey());
      size += (change.getValue().isPresent() ? 1 : 0) - (before.isPresent() ? 1 : 0);
      differs |= !before.equals(change.getValue());
    }
    if (!differs) {
      return this;
    }
    ServiceInstance[] next = new ServiceInstance[size]; // the only copy: it is most of the cost
    int from = 0;
    int to = 0;
    for (Map.Entry<String, Optional<ServiceInstance>> change : changes.entrySet()) {
      int at = position(from, change.getKey());
      System.arraycopy(sorted, from, next, to, at - from);
      to += at - from;
      Optional<ServiceInstance> before =
          isAt(at, change.getKey()) ? Optional.of(sorted[at]) : Optional.empty();
      if (change.getValue().isPresent()) {
        ServiceInstance after = change.getValue().get();
        next[to++] = before.filter(after::equals).orElse(after);
      }
      from = before.isPresent() ? at + 1 : at;
    }
    System.arraycopy(sorted, from, next, to, sorted.length - from);
    return new Instances(next);
  }

  private boolean isAt(int index, String id) {
    return index < sorted.length && sorted[index].id().equals(id);
  }

  /** Returns where this id is, or would be. */
  private int position(int from, String id) {
    int low = from;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle].id().compareTo(id) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public ServiceInstance get(int index) {
    return sorted[index];
  }

  @Override
  public int size() {
    return sorted.length;
  }

  /** Compares by identity first: two generations share nearly everything. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Instances that
        ? Arrays.equals(sorted, that.sorted)
        : super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
