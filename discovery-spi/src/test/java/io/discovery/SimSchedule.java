package io.discovery;

import java.util.ArrayList;
import java.util.List;

/** What a seed stands for: a kind of backend and a list of actions, in order of time. */
record SimSchedule(long seed, SimKnobs knobs, List<SimAction> actions) {

  static SimSchedule of(long seed) {
    SimRandom random = new SimRandom(seed, "schedule");
    SimKnobs knobs = SimKnobs.draw(random.generator());
    int count = random.between(6, 40);
    int pause = random.oneIn(3) ? 200 : 3_000;
    List<SimAction> actions = new ArrayList<>();
    long millis = 0;
    for (int i = 0; i < 6; i++) { // so that there is something for chaos to happen to
      SimAction.Kind kind = i % 2 == 0 ? SimAction.Kind.REGISTER : SimAction.Kind.WATCH;
      actions.add(SimAction.draw(random.generator(), kind, 0));
    }
    for (int i = 0; i < count; i++) {
      millis += random.below(random.oneIn(3) ? 10 : pause);
      actions.add(SimAction.draw(random.generator(), millis));
    }
    return new SimSchedule(seed, knobs, actions);
  }

  SimSchedule with(List<SimAction> others) {
    return new SimSchedule(seed, knobs, List.copyOf(others));
  }

  SimSchedule with(SimKnobs others) {
    return new SimSchedule(seed, others, actions);
  }

  /** Returns the schedule as a person reads it. */
  String text() {
    StringBuilder text = new StringBuilder(knobs + "\n");
    actions.forEach(action -> text.append(action).append('\n'));
    return text.toString();
  }
}
