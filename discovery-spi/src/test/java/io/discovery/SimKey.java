package io.discovery;

import java.util.ArrayList;
import java.util.List;

/**
 * One key of the simulated store with everything it ever was: the truth that oracles compare with.
 */
final class SimKey {
  final String service;
  final String id;
  private final List<State> history = new ArrayList<>();

  /** Who made the change. */
  enum Cause {
    OWNER,
    TAKE_OVER,
    RELEASE,
    EXPIRY,
    OPERATOR,
    LOST_DATA
  }

  /**
   * What the key was from one moment on.
   *
   * @param value null if there was no record
   * @param instance null if there was none, or garbage
   * @param lease null if nobody keeps the record alive and it stays for good
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes as they travel, never modified; never compared
  record State(
      long since, int index, byte[] value, ServiceInstance instance, Cause cause, SimLease lease) {
    boolean absent() {
      return value == null;
    }

    boolean garbage() {
      return value != null && instance == null;
    }

    /**
     * Tells whether a reader who knew nothing before would show {@code shown}, null for nothing.
     */
    boolean shows(ServiceInstance shown) {
      return shown == null ? instance == null : shown.equals(instance);
    }
  }

  SimKey(String service, String id) {
    this.service = service;
    this.id = id;
    history.add(new State(Long.MIN_VALUE, 0, null, null, Cause.OPERATOR, null));
  }

  State now() {
    return history.get(history.size() - 1);
  }

  State at(int index) {
    return history.get(index);
  }

  int size() {
    return history.size();
  }

  /** Returns what the key was at that moment. */
  State asOf(long time) {
    int index = history.size() - 1;
    while (history.get(index).since > time) {
      index--;
    }
    return history.get(index);
  }

  State become(long at, byte[] value, ServiceInstance instance, Cause cause, SimLease lease) {
    history.add(new State(at, history.size(), value, instance, cause, lease));
    return now();
  }

  /** Tells whether {@code shown} was ever true, at the latest in the state {@code last}. */
  boolean everShowed(ServiceInstance shown, int last) {
    for (int i = last; i >= 0; i--) {
      if (history.get(i).shows(shown)) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether the store lost this record within that time before now. */
  boolean lostSince(long time) {
    for (int i = history.size() - 1; i >= 0 && history.get(i).since >= time; i--) {
      if (history.get(i).cause == Cause.LOST_DATA) {
        return true;
      }
    }
    return false;
  }

  String path() {
    return service + "/" + id;
  }

  @Override
  public String toString() {
    return path() + "#" + now().index();
  }
}
