package io.discovery;

/** What keeps records of one handle alive in the simulated store, until it ends. */
final class SimLease {
  final SimOwnership handle;
  final long ttlNanos;
  private final SimStore store;
  private final SimClock clock;
  private long deadline;
  private boolean alive = true;

  SimLease(SimOwnership handle, long ttlNanos, SimStore store, SimClock clock) {
    this.handle = handle;
    this.ttlNanos = ttlNanos;
    this.store = store;
    this.clock = clock;
    renew();
    clock.after(ttlNanos, this::expireIfDue);
  }

  boolean alive() {
    return alive;
  }

  void renew() {
    deadline = clock.now() + ttlNanos;
  }

  /** A store that lost its data, or was restored, knows other leases than before. */
  void set(boolean lives) {
    if (lives && !alive) {
      renew();
      clock.after(ttlNanos, this::expireIfDue);
    }
    alive = lives;
  }

  private void expireIfDue() {
    if (alive && clock.now() < deadline) {
      clock.after(deadline - clock.now(), this::expireIfDue);
    } else if (alive) {
      end(SimKey.Cause.EXPIRY);
    }
  }

  /** Takes the record along, if it is still this lease's. */
  void end(SimKey.Cause cause) {
    if (alive) {
      alive = false;
      SimKey key = store.key(handle.service(), handle.id());
      if (key.now().lease() == this) {
        store.remove(key, cause);
      }
      handle.disturbed();
    }
  }
}
