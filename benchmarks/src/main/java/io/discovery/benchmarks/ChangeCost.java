package io.discovery.benchmarks;

import java.util.List;
import java.util.Optional;

/**
 * What one change costs whoever watches, from the event to the listener, by size of the service.
 */
final class ChangeCost implements Job {
  private static final int PACE_MICROS = 2_000;
  private static final int FURTHER_WATCHERS = 100;
  private static final int WARM_UP_MICROS = 500;

  private final StoreType type;

  ChangeCost(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "change-cost-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    if (!stage.quick()) {
      warmUp();
    }
    Optional<Double> atHundred = Optional.empty();
    for (int size : stage.upTo(1_000, 100, 1_000, 10_000, 50_000)) {
      try (Store store = type.launch();
          RemoteWriter remote = new RemoteWriter(store)) {
        Row one = oneWatcher(stage, store, remote, size, goals(size, atHundred));
        if (size == 100) {
          atHundred = one.value(Contestant.OURS);
        }
        if (!stage.quick()) {
          furtherWatchers(stage, store, remote, size, one);
        }
      }
    }
  }

  /** Lets the code be compiled, or the first size would pay for what all have of it. */
  private void warmUp() throws Exception {
    try (Store store = type.launch();
        RemoteWriter remote = new RemoteWriter(store)) {
      for (Contestant contestant : type.contestants()) {
        try (Entry entry = new Changes(store, remote, contestant, 100, 1, 10_000, WARM_UP_MICROS)) {
          entry.round(new Samples());
        }
      }
    }
  }

  private Row oneWatcher(
      Stage stage, Store store, RemoteWriter remote, int size, List<Goal> goals) {
    Contest contest = stage.contest(Figures.plain(size) + " instances", 1, stage.scale(2, 1));
    for (Contestant contestant : type.contestants()) {
      contest.enter(
          contestant,
          () ->
              new Changes(
                  store, remote, contestant, size, 1, stage.scale(1_000, 100), PACE_MICROS));
    }
    Row row = contest.run(Line.median(Changes.CPU, goals.toArray(new Goal[0]))).get(0);
    row.values()
        .forEach((contestant, cost) -> stage.point(contestant + ", " + type.backend(), size, cost));
    return row;
  }

  private void furtherWatchers(Stage stage, Store store, RemoteWriter remote, int size, Row one) {
    Contest contest =
        stage.contest(
            Figures.plain(size) + " instances, " + FURTHER_WATCHERS + " further watchers", 1, 2);
    contest.enter(
        Contestant.OURS,
        () ->
            new Changes(
                store, remote, Contestant.OURS, size, 1 + FURTHER_WATCHERS, 300, PACE_MICROS));
    Row many = contest.run(Line.median(Changes.CPU)).get(0);
    many.value(Contestant.OURS)
        .flatMap(all -> one.value(Contestant.OURS).map(first -> all - first))
        .ifPresent(
            further ->
                stage.point(
                    "ours, each further watcher, " + type.backend(),
                    size,
                    further / FURTHER_WATCHERS));
  }

  private static List<Goal> goals(int size, Optional<Double> atHundred) {
    if (size != 10_000) {
      return List.of();
    }
    Goal growth = new Goal("≤ 3 × at 100", row -> atHundred.map(cost -> 3 * cost));
    return List.of(Goal.most(100, " µs"), growth);
  }
}
