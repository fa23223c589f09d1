package io.discovery.tck;

import io.discovery.tck.ChaosStep.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What will be done to a store and its users, drawn from a seed: the same seed, the same steps, on
 * every machine. Faults are drawn first, each on a lane (the server, a path, a registrant) that
 * bears one fault at a time; then the use of the store, which knows who is dead. All faults have
 * ended when the schedule has.
 */
final class ChaosSchedule {
  static final int REGISTRANTS = 3;
  static final int WATCHERS = 4; // the first of them on no path that could be hurt

  private static final int SERVER = 0;
  private static final long CALM = 1_500; // before the first fault, and after the last
  private static final long RECOVERY = 6_000; // between two faults of the server

  private final SplittableRandom random;
  private final Fixture fixture;
  private final long length;
  private final long ttl;
  private final List<ChaosStep> steps = new ArrayList<>();
  private final long[] busy = new long[1 + REGISTRANTS + WATCHERS + REGISTRANTS];

  private ChaosSchedule(long seed, Duration length, Fixture fixture) {
    this.random = new SplittableRandom(seed);
    this.fixture = fixture;
    this.length = length.toMillis();
    this.ttl = fixture.bounds().ttl().toMillis();
  }

  /** Draws a schedule of faults that this fixture can bring about. */
  static List<ChaosStep> draw(long seed, Duration length, Fixture fixture) {
    ChaosSchedule schedule = new ChaosSchedule(seed, length, fixture);
    schedule.drawFaults();
    schedule.steps.addAll(
        new ChaosUse(schedule.random.split(), schedule.length, schedule.ttl).draw(schedule.steps));
    schedule.steps.sort(Comparator.comparingLong(ChaosStep::at));
    return List.copyOf(schedule.steps);
  }

  private void drawFaults() {
    List<ChaosPath> ills = ills();
    // A server in trouble hides what else is wrong: every third schedule leaves it alone.
    boolean server = fixture.server().isPresent() && random.nextInt(3) > 0;
    for (long at = CALM; at < length - CALM; at += random.nextLong(400, 1_600)) {
      int die = random.nextInt(100);
      if (die < 14 && server) {
        hurtServer(at);
      } else if (die < 58 && !ills.isEmpty()) {
        hurtPath(at, ills.get(random.nextInt(ills.size())));
      } else if (die < 70) {
        freeze(at);
      } else if (die < 80) {
        kill(at);
      } else if (die < 95 && busy[SERVER] < at) {
        meddle(at, die);
      } else {
        steps.add(ChaosStep.of(at, Kind.WATCH_AGAIN, random.nextInt(WATCHERS)));
      }
    }
  }

  private void hurtServer(long at) {
    List<Kind> kinds = List.of(Kind.KILL_SERVER, Kind.STOP_SERVER, Kind.PAUSE_SERVER);
    reserve(SERVER, at, spell(), RECOVERY)
        .ifPresent(
            end -> {
              steps.add(ChaosStep.of(at, kinds.get(random.nextInt(3)), 0));
              steps.add(ChaosStep.of(end, Kind.HEAL_SERVER, 0));
            });
  }

  private List<ChaosPath> ills() {
    Optional<Link> path = fixture.openLink();
    List<ChaosPath> ills = path.map(ChaosPath::possibleOn).orElse(List.of());
    path.ifPresent(Link::close);
    return ills;
  }

  private void hurtPath(long at, ChaosPath ill) {
    int path = random.nextInt(REGISTRANTS + WATCHERS - 1);
    reserve(1 + path, at, ill.lasts() ? spell() : 0, random.nextLong(1_500))
        .ifPresent(
            end -> {
              steps.add(ChaosStep.of(at, ill.kind(), path));
              if (ill.lasts()) {
                steps.add(ChaosStep.of(end, Kind.HEAL_PATH, path));
              }
            });
  }

  /** A pause of the world that is longer than the time to live, mostly. */
  private void freeze(long at) {
    int who = random.nextInt(REGISTRANTS);
    long spell = random.nextInt(4) == 0 ? spell() : ttl + random.nextLong(1_000, 4_000);
    reserve(1 + REGISTRANTS + WATCHERS + who, at, spell, 1_000)
        .ifPresent(
            end -> {
              steps.add(ChaosStep.of(at, Kind.FREEZE, who));
              steps.add(ChaosStep.of(end, Kind.THAW, who));
            });
  }

  private void kill(long at) {
    int who = random.nextInt(REGISTRANTS);
    reserve(1 + REGISTRANTS + WATCHERS + who, at, random.nextLong(50, 3_000), 3_000)
        .ifPresent(
            end -> {
              steps.add(ChaosStep.of(at, Kind.KILL, who));
              steps.add(ChaosStep.of(end, Kind.LAUNCH, who));
            });
  }

  /** Needs a server that answers. */
  private void meddle(long at, int die) {
    int slot = random.nextInt(ChaosSlot.all().size());
    if (die < 87 && fixture.expiry().isPresent()) {
      steps.add(new ChaosStep(at, Kind.EXPIRE, 0, slot, 0, 0));
    } else if (die < 92 && fixture.store().isPresent()) {
      steps.add(new ChaosStep(at, Kind.DELETE, 0, slot, 0, 0));
    } else {
      steps.add(ChaosStep.of(at, Kind.FORGET, 0));
    }
  }

  /** Half of the faults pass before anybody need notice, the other half last longer than D. */
  private long spell() {
    long detection = fixture.bounds().detection().toMillis();
    return random.nextBoolean()
        ? random.nextLong(200, detection / 2)
        : detection + random.nextLong(1_500, 4_000);
  }

  /** Returns the end of a fault on this lane, unless another is there or it would not end. */
  private Optional<Long> reserve(int lane, long at, long spell, long rest) {
    if (at < busy[lane] || at + spell > length - CALM) {
      return Optional.empty();
    }
    busy[lane] = at + spell + rest;
    return Optional.of(at + spell);
  }
}
