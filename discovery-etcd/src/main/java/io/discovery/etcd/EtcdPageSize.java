package io.discovery.etcd;

import java.time.Duration;

/**
 * How many records to ask etcd for at a time. For each page etcd looks through the index of all
 * that is left, so the fewer pages the better. But one that takes longer than a cluster's first
 * member is given ({@link EtcdTurns}) is asked for in vain: so the first is moderate, and a later
 * one only larger if the pace of the one before it allows. And what is there is decoded while the
 * next page is on its way: so the last records stand alone. Confined to the event loop.
 */
final class EtcdPageSize {
  private static final int MODERATE = 10_000;
  private static final int SMALLER = 8;

  private int most;
  private int size;
  private int asked; // for the page that is awaited
  private int largest; // of those that have come in

  /**
   * @param most records in any page
   */
  EtcdPageSize(int most) {
    this.most = most;
    this.size = moderate();
  }

  /** Returns how many to ask for; no more than is moderate if the last were asked for in vain. */
  int next() {
    asked = size;
    size = moderate();
    return asked;
  }

  /**
   * A page has come in.
   *
   * @param records in it
   * @param left behind it, as far as the store can be believed
   * @param time that it took
   * @param aim time that the next one should take at most
   */
  void took(int records, long left, Duration time, Duration aim) {
    long inTime = records * aim.toNanos() / Math.max(1, time.toNanos());
    largest = Math.max(largest, records);
    size = (int) Math.min(most, Math.max(MODERATE, Math.min(inTime, left - MODERATE)));
  }

  /**
   * No message could hold what was asked for; returns whether less can be: as many as have come in
   * before, or else an eighth.
   */
  boolean shrink() {
    if (asked == 1) {
      return false;
    }
    most = largest > 0 && largest < asked ? largest : Math.max(1, asked / SMALLER);
    size = most;
    return true;
  }

  private int moderate() {
    return Math.min(MODERATE, most);
  }
}
