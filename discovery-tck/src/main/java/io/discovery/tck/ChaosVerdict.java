package io.discovery.tck;

import io.discovery.Watcher.Phase;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is to be said of a run: the rules it broke and how much happened in it. A run in which too
 * little happened is invalid: it proves nothing. So is one that missed nothing but bounds of time
 * on a machine with no time to give. For the thread of the run.
 */
final class ChaosVerdict {
  private static final int SHOWN = 12;

  /** More of those who want to run than this for each processor, and seconds mean nothing. */
  private static final double BUSY = 4;

  private final List<String> violations = new ArrayList<>();
  private final List<String> late = new ArrayList<>();
  private double load;
  private int faults;
  private int commits;
  private int acknowledgements;
  private int observations;
  private int lists;
  private long stale;
  private long lost;
  private long convergence = -1;

  /** Waits for something; if it does not come in time, the bound of this rule is missed. */
  void await(String rule, Runnable wait) {
    try {
      wait.run();
    } catch (AssertionError e) {
      late.add(rule + ": " + e.getMessage());
    }
  }

  /** Takes note of how busy the machine is, now and in the last minute. */
  void feelLoad() {
    OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
    load = Math.max(load, machine.getSystemLoadAverage() / machine.getAvailableProcessors());
  }

  void convergedIn(long millis) {
    convergence = millis;
  }

  /** Judges all that was seen by the history. */
  void judge(ChaosStage stage, List<History.Commit> history, Bounds bounds, ChaosJournal journal) {
    ChaosTruth truth = new ChaosTruth(history, stage.reports(), stage.slots());
    truth.tell(journal);
    violations.addAll(truth.violations());
    violations.addAll(
        ChaosOwners.judge(truth, stage.reports(), stage.lives(), stage.faults(), bounds));
    violations.addAll(ChaosViews.of(stage.lister().answers(), truth));
    for (ChaosSight sight : stage.sights()) {
      violations.addAll(ChaosViews.of(sight, truth));
      late.addAll(ChaosHonesty.judge(sight, stage.faults().of(stage.lanes(sight)), bounds));
      check(sight.recorder()::check);
    }
    for (ChaosSlot slot : ChaosSlot.all()) {
      List<ChaosTruth.State> states = truth.states(slot);
      if (states.get(states.size() - 1).token().isPresent()) {
        violations.add("2.11: left behind at " + slot + ": " + states.get(states.size() - 1));
      }
    }
    count(stage, truth);
  }

  private void check(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      violations.add(e.getMessage());
    }
  }

  private void count(ChaosStage stage, ChaosTruth truth) {
    faults = stage.faults().count();
    commits = truth.commits();
    lists = stage.lister().answers().size();
    for (ChaosReport report : stage.reports()) {
      acknowledgements += report.isAcknowledgement() || report.is("closed") ? 1 : 0;
      lost += report.isState("RECOVERING") || report.isState("SUPERSEDED") ? 1 : 0;
    }
    for (ChaosSight sight : stage.sights()) {
      observations += (int) sight.news().stream().filter(n -> n.snapshot().isPresent()).count();
      stale +=
          sight.news().stream()
              .flatMap(news -> news.status().stream())
              .filter(status -> status.phase() == Phase.STALE)
              .count();
    }
  }

  /** Fails if a rule was broken, or if too little happened for a schedule of this length. */
  void require(String how, Duration length) {
    if (!violations.isEmpty() || (!late.isEmpty() && load <= BUSY)) {
      throw new AssertionError("broken: " + this + how);
    }
    if (!late.isEmpty()) {
      throw new AssertionError("invalid run, the machine is too busy: " + this + how);
    }
    long seconds = length.toSeconds();
    boolean enough =
        faults >= seconds / 5
            && commits >= seconds
            && acknowledgements >= seconds
            && observations >= 2 * seconds
            && lists >= seconds / 2
            && stale >= seconds / 10
            && lost >= seconds / 20;
    if (!enough) {
      throw new AssertionError("invalid run, it proves nothing: too little of " + figures() + how);
    }
  }

  /** Returns how much happened. */
  String figures() {
    return faults
        + " faults, "
        + commits
        + " commits, "
        + acknowledgements
        + " acknowledgements, "
        + observations
        + " snapshots, "
        + lists
        + " lists, "
        + stale
        + " times stale, "
        + lost
        + " losses and supersessions, converged in "
        + convergence
        + String.format(Locale.ROOT, " ms, load %.1f per processor", load);
  }

  @Override
  public String toString() {
    List<String> all = new ArrayList<>(violations);
    all.addAll(late);
    return figures()
        + (all.isEmpty() ? "" : "\n  ")
        + String.join("\n  ", all.subList(0, Math.min(SHOWN, all.size())))
        + (all.size() > SHOWN ? "\n  and " + (all.size() - SHOWN) + " more" : "");
  }
}
