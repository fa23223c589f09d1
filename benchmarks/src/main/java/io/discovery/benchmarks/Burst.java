package io.discovery.benchmarks;

import java.util.List;

/**
 * Every instance of a service changes at once: until the view shows the last of it. That time
 * contains the writer's, so the processor time of the watcher has the goal, too.
 */
final class Burst implements Job {
  private final StoreType type;

  Burst(StoreType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "burst-" + type.backend();
  }

  @Override
  public void run(Stage stage) throws Exception {
    int size = stage.scale(10_000, 2_000);
    try (Store store = type.launch();
        RemoteWriter remote = new RemoteWriter(store)) {
      Contest contest =
          stage.contest(Figures.plain(size) + " changes", stage.scale(3, 0), stage.scale(9, 1));
      for (Contestant contestant : type.contestants()) {
        contest.enter(contestant, () -> new Changes(store, remote, contestant, size, 1, size, 0));
      }
      contest.run(lines().toArray(new Line[0]));
    }
  }

  static List<Line> lines() {
    return List.of(
        Line.median(Measure.TIME, Goal.timesBare(2)), Line.median(Changes.CPU, Goal.timesBare(2)));
  }
}
