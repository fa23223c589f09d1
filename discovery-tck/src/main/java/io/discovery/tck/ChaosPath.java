package io.discovery.tck;

import io.discovery.tck.ChaosStep.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.opentest4j.TestAbortedException;

/** What a schedule does to a path. */
enum ChaosPath {
  CUT(Kind.CUT, false, false, Link::cut),
  FINISH(Kind.FINISH, false, false, Link::finish),
  REFUSE(Kind.REFUSE, true, true, Link::refuse),
  BLACK_HOLE(Kind.BLACK_HOLE, true, true, Link::blackHole),
  LOSE_ANSWERS(Kind.LOSE_ANSWERS, true, true, Link::loseAnswers),
  /** What the store tells unasked still arrives, and whoever hears of changes is up to date. */
  LOSE_REQUESTS(Kind.LOSE_REQUESTS, true, false, Link::loseRequests),
  /** Slow, yet no reason for anybody to give up. */
  DELAY(Kind.DELAY, true, false, link -> link.delay(Duration.ofMillis(150))),
  /** So little that calls may well exceed their time. */
  THROTTLE(Kind.THROTTLE, true, false, link -> link.throttle(1_000)),
  /** In the midst of an answer. */
  CUT_AFTER(Kind.CUT_AFTER, true, false, link -> link.cutAfter(700));

  private final Kind kind;
  private final boolean lasts;
  private final boolean opaque;

  @SuppressWarnings("ImmutableEnumChecker") // a method reference, never replaced
  private final Consumer<Link> strike;

  ChaosPath(Kind kind, boolean lasts, boolean opaque, Consumer<Link> strike) {
    this.kind = kind;
    this.lasts = lasts;
    this.opaque = opaque;
    this.strike = strike;
  }

  static ChaosPath of(Kind kind) {
    return valueOf(kind.name());
  }

  /** Returns those that this path can suffer, which is well again after each. */
  static List<ChaosPath> possibleOn(Link link) {
    return Arrays.stream(values()).filter(fault -> fault.isPossibleOn(link)).toList();
  }

  private boolean isPossibleOn(Link link) {
    try {
      strike(link);
      return true;
    } catch (TestAbortedException lacking) {
      return false;
    } finally {
      link.restore();
    }
  }

  Kind kind() {
    return kind;
  }

  /** Tells whether it lasts until the path is healed; the others pass by themselves. */
  boolean lasts() {
    return lasts;
  }

  /** Tells whether nothing is heard of the server meanwhile. */
  boolean opaque() {
    return opaque;
  }

  void strike(Link link) {
    strike.accept(link);
  }
}
