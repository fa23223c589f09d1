package io.discovery.tck;

import io.discovery.tck.ChaosStep.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws what registrants do while faults happen: they register, update, close and take over from
 * each other. Keeps a model of who holds which registration, so that most steps mean something; who
 * has been killed comes back with all that it held.
 */
final class ChaosUse {
  private static final int SLOTS = ChaosSlot.all().size();
  private static final int NOBODY = -1;

  private final SplittableRandom random;
  private final long length;
  private final long ttl;
  private final List<ChaosStep> steps = new ArrayList<>();
  private final int[][] held = new int[ChaosSchedule.REGISTRANTS][SLOTS]; // open epochs; 0: none
  private final int[] holder = new int[SLOTS]; // the registrant that registered last
  private final boolean[] dead = new boolean[ChaosSchedule.REGISTRANTS];
  private final int[] version = new int[1_000];
  private int epochs;

  ChaosUse(SplittableRandom random, long length, long ttl) {
    this.random = random;
    this.length = length;
    this.ttl = ttl;
    for (int slot = 0; slot < SLOTS; slot++) {
      holder[slot] = NOBODY;
    }
  }

  /** Returns the steps of use that go with these faults. */
  List<ChaosStep> draw(List<ChaosStep> faults) {
    List<ChaosStep> fates = new ArrayList<>(faults);
    fates.sort(Comparator.comparingLong(ChaosStep::at));
    long at = 0;
    int next = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      register(at, random.nextInt(ChaosSchedule.REGISTRANTS), slot);
    }
    for (at = 500; at < length; at += random.nextLong(80, 320)) {
      for (; next < fates.size() && fates.get(next).at() <= at; next++) {
        suffer(fates.get(next));
      }
      use(at, random.nextInt(SLOTS));
    }
    return steps;
  }

  private void suffer(ChaosStep fate) {
    int who = fate.who();
    if (fate.kind() == Kind.KILL) {
      dead[who] = true;
    } else if (fate.kind() == Kind.LAUNCH) {
      dead[who] = false;
      for (int slot = 0; slot < SLOTS; slot++) {
        if (held[who][slot] != 0) {
          register(fate.at() + 1, who, slot); // as the same program does, started again
        }
      }
    } else if (fate.kind() == Kind.FREEZE && random.nextBoolean()) {
      succeed(fate.at() + random.nextLong(100, ttl + 1_500), who);
    }
  }

  /** Somebody else takes what a frozen registrant holds. */
  private void succeed(long at, int frozen) {
    for (int slot = 0; slot < SLOTS; slot++) {
      int heir = (frozen + 1) % ChaosSchedule.REGISTRANTS;
      if (at < length && holder[slot] == frozen && !dead[heir] && random.nextBoolean()) {
        register(at, heir, slot);
      }
    }
  }

  private void use(long at, int slot) {
    int who = holder[slot];
    int die = random.nextInt(100);
    int other = random.nextInt(ChaosSchedule.REGISTRANTS);
    if (who == NOBODY || die >= 94) {
      if (!dead[other]) {
        register(at, other, slot);
      }
    } else if (dead[who] || held[who][slot] == 0) {
      holder[slot] = NOBODY;
    } else if (die < 70) {
      int epoch = held[who][slot];
      steps.add(new ChaosStep(at, Kind.UPDATE, who, slot, epoch, ++version[epoch]));
    } else if (die < 78) {
      close(at, who, slot);
      holder[slot] = NOBODY;
    } else if (die < 88) {
      register(at, who, slot);
    } else if (!dead[other] && held[other][slot] != 0 && other != who) {
      close(at, other, slot); // superseded, or about to be
    }
  }

  private void register(long at, int who, int slot) {
    if (held[who][slot] != 0) {
      close(at, who, slot);
    }
    held[who][slot] = ++epochs;
    holder[slot] = who;
    steps.add(new ChaosStep(at, Kind.REGISTER, who, slot, epochs, 0));
  }

  private void close(long at, int who, int slot) {
    steps.add(new ChaosStep(at, Kind.CLOSE, who, slot, held[who][slot], 0));
    held[who][slot] = 0;
  }
}
