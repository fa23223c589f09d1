package io.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What kind of legal backend a run simulates.
 *
 * @param revisions listings carry revisions
 * @param identity listings carry the identity of the data set
 * @param scattered entries of one complete read are of different moments
 * @param hints the backend says when the store is reachable again
 * @param instant operations complete before the method returns, while all is well
 * @param offLoop answers and events come on threads of the backend's own
 * @param late answers and events of what is over are not suppressed
 * @param rough latencies vary, and events repeat or arrive in bundles
 * @param resync views are read again every minute instead of every five
 */
record SimKnobs(
    boolean revisions,
    boolean identity,
    boolean scattered,
    boolean hints,
    boolean instant,
    boolean offLoop,
    boolean late,
    boolean rough,
    boolean resync) {

  static SimKnobs draw(RandomGenerator random) {
    return new SimKnobs(
        random.nextInt(4) != 0,
        random.nextBoolean(),
        random.nextInt(4) == 0,
        random.nextBoolean(),
        random.nextInt(4) == 0,
        random.nextBoolean(),
        random.nextInt(4) == 0,
        random.nextInt(8) != 0,
        random.nextInt(3) == 0);
  }

  /** A store that lost its data can be told from one whose instances left. */
  boolean tellsResets() {
    return revisions || identity;
  }

  /** Returns the same with one peculiarity less, in every way there is. */
  List<SimKnobs> simpler() {
    List<SimKnobs> all = new ArrayList<>();
    for (int bit = 2; bit < 9; bit++) {
      boolean[] on = {revisions, identity, scattered, hints, instant, offLoop, late, rough, resync};
      if (on[bit]) {
        on[bit] = false;
        all.add(new SimKnobs(on[0], on[1], on[2], on[3], on[4], on[5], on[6], on[7], on[8]));
      }
    }
    return all;
  }
}
