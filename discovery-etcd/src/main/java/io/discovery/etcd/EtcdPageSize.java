package io.discovery.etcd;

import java.time.Duration;

/**
 * How many records to ask etcd for at a time. For each page it looks through the index of all that
 * is left, so the fewer pages the better. But one that takes longer than a cluster's first member
 * is given ({@link EtcdTurns}) is asked for in vain: so the first is moderate, and a next one as
 * large as the pace of the last allows. And what is there is decoded while the next page is on its
 * way: so the last ones stand alone. Confined to the event loop.
 */
final class EtcdPageSize {
  private static final int MODERATE = 10_000;
  private static final int SMALLER = 8;

  private final Duration aim;
  private int most;
  private int size;

  /**
   * @param most records in any page
   * @param aim how long a page should take
   */
  EtcdPageSize(int most, Duration aim) {
    this.aim = aim;
    this.most = most;
    this.size = Math.min(MODERATE, most);
  }

  /** Returns how many to ask for. */
  int records() {
    return size;
  }

  /** So many have come in this time, and so many are left. */
  void took(int records, Duration time, long left) {
    long inTime = records * aim.toNanos() / Math.max(1, time.toNanos());
    long wanted = Math.min(inTime, left - MODERATE);
    size = (int) Math.min(most, Math.max(MODERATE, wanted));
  }

  /** Makes this and all further pages smaller, if they can be: no message could hold it. */
  boolean shrink() {
    if (size == 1) {
      return false;
    }
    most = Math.max(1, size / SMALLER);
    size = most;
    return true;
  }
}
