package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The time after the last fault: within C every registration and every view is well, within TTL,
 * slack and C all views, a fresh list and what the registrants declare are the same, and when the
 * registrants have closed there is nobody. For the thread of the run.
 */
final class ChaosCalm {
  private static final Duration EXIT = Duration.ofSeconds(8); // rule 5.1, and the end of a JVM

  private final ChaosStage stage;
  private final Bounds bounds;
  private final ChaosJournal journal;
  private final long begun = System.nanoTime();
  private List<ChaosReport> standing = List.of();
  private int round;

  ChaosCalm(ChaosStage stage, Bounds bounds, ChaosJournal journal) {
    this.stage = stage;
    this.bounds = bounds;
    this.journal = journal;
  }

  /** Waits for all of that; what does not come goes to the verdict. */
  void await(ChaosVerdict verdict) {
    Duration well = bounds.convergence();
    Duration same = bounds.ttl().plus(bounds.slack()).plus(well);
    verdict.await("2.7, 3.8", () -> until(well, this::unwell));
    verdict.await("3.3, 2.6", () -> until(same, this::different));
    verdict.convergedIn(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    journal.note("do", "the registrants close");
    stage.registrants().forEach(registrant -> verdict.await("5.1", () -> registrant.exit(EXIT)));
    standing = List.of();
    long closed = System.nanoTime();
    verdict.await(
        "2.11, 3.11", () -> until(since(closed).plus(well), () -> differences(List.of())));
  }

  private Duration since(long moment) {
    return Duration.ofNanos(moment - begun);
  }

  private interface Look {
    /** Returns what is not yet as it should be; empty if all is. */
    List<String> look();
  }

  private void until(Duration within, Look look) {
    Duration left = within.minusNanos(System.nanoTime() - begun);
    List<String> last = new ArrayList<>();
    Await.until(
        () -> "after the last fault: " + String.join("; ", last),
        left,
        () -> {
          last.clear();
          last.addAll(look.look());
          return last.isEmpty();
        });
  }

  private List<String> unwell() {
    List<String> ill = new ArrayList<>();
    standing = ask();
    for (ChaosReport report : standing) {
      if (!report.more().equals("REGISTERED") && !report.more().equals("SUPERSEDED")) {
        ill.add(stage.slots().get(report.epoch()) + " " + report);
      }
    }
    for (ChaosSlot slot : ChaosSlot.all()) {
      List<ChaosReport> owners = registered(slot);
      if (owners.size() > 1) {
        ill.add(slot + " has several owners: " + owners);
      }
    }
    for (ChaosSight sight : stage.openSights()) {
      if (!sight.isCurrent()) {
        ill.add(sight + " is " + sight.recorder().watcher().status());
      }
    }
    return ill;
  }

  private List<String> different() {
    List<String> ill = unwell();
    return ill.isEmpty() ? differences(standing) : ill;
  }

  private List<String> differences(List<ChaosReport> expected) {
    List<String> differences = new ArrayList<>();
    for (String service : ChaosSlot.SERVICES) {
      String declared = declared(service, expected);
      try {
        compare("a fresh list", declared, list(service), differences);
      } catch (DiscoveryException e) {
        differences.add("a list of " + service + " fails: " + e.getMessage());
      }
      for (ChaosSight sight : stage.openSights()) {
        if (sight.service().equals(service)) {
          Optional<Snapshot> latest = sight.recorder().latest();
          compare(
              sight.toString(),
              declared,
              latest.map(ChaosSight::describe).orElse("nothing"),
              differences);
        }
      }
    }
    return differences;
  }

  private String list(String service) {
    return ChaosSight.describe(stage.witness().list(service, bounds.convergence()));
  }

  private static void compare(String who, String declared, String seen, List<String> differences) {
    if (!declared.equals(seen)) {
      differences.add(who + " shows " + seen + " (expected: " + declared + ")");
    }
  }

  private String declared(String service, List<ChaosReport> expected) {
    List<ServiceInstance> instances =
        expected.stream()
            .filter(report -> report.more().equals("REGISTERED"))
            .filter(report -> stage.slots().get(report.epoch()).service().equals(service))
            .map(report -> new ChaosToken(report.epoch(), report.version(), 0))
            .map(token -> token.instance(service, stage.slots().get(token.epoch()).id()))
            .sorted(Comparator.comparing(ServiceInstance::id))
            .collect(Collectors.toList());
    return ChaosSight.describe(new Snapshot(service, 0, instances));
  }

  private List<ChaosReport> registered(ChaosSlot slot) {
    return standing.stream()
        .filter(report -> report.more().equals("REGISTERED"))
        .filter(report -> slot.equals(stage.slots().get(report.epoch())))
        .toList();
  }

  /** Asks every registrant what it holds. */
  private List<ChaosReport> ask() {
    int number = ++round;
    int before = stage.reports().size();
    for (ChaosProcess registrant : stage.registrants()) {
      registrant.say("report " + number);
    }
    for (ChaosProcess registrant : stage.registrants()) {
      Await.until(
          registrant.name() + " reports",
          bounds.convergence(),
          () -> registrant.hasReported(number));
    }
    List<ChaosReport> all = List.copyOf(stage.reports()); // more come in, of other things
    return all.subList(before, all.size()).stream().filter(report -> report.is("report")).toList();
  }
}
