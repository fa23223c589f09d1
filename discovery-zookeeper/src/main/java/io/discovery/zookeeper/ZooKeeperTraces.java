package io.discovery.zookeeper;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.data.Stat;

/**
 * What one handle has left in the store, as far as it knows: tells whose a node is. For the event
 * loop.
 *
 * <p>A node is ours if it is the incarnation that we know (session and czxid: two registries may
 * share a lent client's session), or if its session is one under which a write of ours went
 * unanswered. That includes what a lost session of ours left behind. All else is foreign, a node
 * without a session too.
 */
final class ZooKeeperTraces {
  private final Set<Long> doubts = new HashSet<>(); // sessions with an unanswered write
  private Optional<Known> known = Optional.empty();

  /** An incarnation of the node, in one of its versions. */
  private record Known(long session, long czxid, int version) {
    static Known of(Stat stat) {
      return new Known(stat.getEphemeralOwner(), stat.getCzxid(), stat.getVersion());
    }
  }

  /** Tells whether nothing of ours can be there. */
  boolean none() {
    return known.isEmpty() && doubts.isEmpty();
  }

  boolean isOurs(Stat stat) {
    boolean sameNode =
        known
            .filter(ours -> ours.session == stat.getEphemeralOwner())
            .filter(ours -> ours.czxid == stat.getCzxid())
            .isPresent();
    return sameNode || doubts.contains(stat.getEphemeralOwner());
  }

  /** Tells whether the node is just as we left it. */
  boolean isUntouched(Stat stat) {
    return known.equals(Optional.of(Known.of(stat)));
  }

  /** A write is on its way; returns whether one of this session was in doubt before. */
  boolean sending(long session) {
    return !doubts.add(session);
  }

  /** The server has refused the only write in doubt. */
  void refused(long session) {
    doubts.remove(session);
  }

  /** This is ours, and no write of its session is in doubt: the server answers in order. */
  void acknowledged(Stat stat) {
    known = Optional.of(Known.of(stat));
    doubts.remove(stat.getEphemeralOwner());
  }
}
