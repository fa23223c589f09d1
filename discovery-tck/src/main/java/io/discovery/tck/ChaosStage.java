package io.discovery.tck;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.tck.ChaosFaults.Spell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Everybody who takes part in a run, and what the steps of a schedule do to them. Registrants are
 * processes, each on a path of its own; watchers live here, the first on no path. For the thread
 * that runs the schedule; reports come in on others.
 */
final class ChaosStage implements AutoCloseable {
  private final Fixture fixture;
  private final RegistryConfig config;
  private final History history;
  private final ChaosJournal journal;
  private final ChaosFaults faults = new ChaosFaults();
  private final List<Link> links = new ArrayList<>();
  private final List<ChaosProcess> everyLife = new ArrayList<>();
  private final ChaosProcess[] registrants = new ChaosProcess[ChaosSchedule.REGISTRANTS];
  private final List<Registry> registries = new ArrayList<>();
  private final List<ChaosSight> everySight = new ArrayList<>();
  private final Map<String, ChaosSight> present = new HashMap<>();
  private final Map<Integer, ChaosProcess> lives = new ConcurrentHashMap<>(); // by epoch
  private final Map<Integer, ChaosSlot> slots = new ConcurrentHashMap<>(); // by epoch
  private final List<ChaosReport> reports = new CopyOnWriteArrayList<>();
  private final ChaosLister lister;

  ChaosStage(Fixture fixture, RegistryConfig config, History history, ChaosJournal journal) {
    this.fixture = fixture;
    this.config = config;
    this.history = history;
    this.journal = journal;
    for (int i = 0; i < ChaosSchedule.REGISTRANTS + ChaosSchedule.WATCHERS - 1; i++) {
      fixture.openLink().ifPresent(links::add);
    }
    for (int i = 0; i < registrants.length; i++) {
      launch(i);
    }
    for (int i = 0; i < ChaosSchedule.WATCHERS; i++) {
      registries.add(Registries.open(i == 0 ? config : on(path(i))));
      watch(i);
    }
    lister = new ChaosLister(registries.get(0), journal);
  }

  List<ChaosProcess> registrants() {
    return List.of(registrants);
  }

  /** Returns the epochs that were begun and the process of each. */
  Map<Integer, ChaosProcess> lives() {
    return lives;
  }

  Map<Integer, ChaosSlot> slots() {
    return slots;
  }

  List<ChaosReport> reports() {
    return reports;
  }

  ChaosFaults faults() {
    return faults;
  }

  ChaosLister lister() {
    return lister;
  }

  /** Returns a registry on no path. */
  Registry witness() {
    return registries.get(0);
  }

  /** Returns all watches there were. */
  List<ChaosSight> sights() {
    return everySight;
  }

  /** Returns the watches that are open. */
  List<ChaosSight> openSights() {
    return List.copyOf(present.values());
  }

  /** Returns the lanes whose faults cut this watch off. */
  List<String> lanes(ChaosSight sight) {
    return sight.path() < 0 ? List.of("server") : List.of("server", lane(sight.path()));
  }

  void run(ChaosStep step) {
    journal.note("do", step.toString());
    switch (step.kind()) {
      case REGISTER, UPDATE, CLOSE -> use(step);
      case KILL_SERVER, STOP_SERVER, PAUSE_SERVER, HEAL_SERVER -> onServer(step.kind());
      case FREEZE, THAW, KILL, LAUNCH -> onRegistrant(step.kind(), step.who());
      case EXPIRE, DELETE, FORGET -> meddle(step.kind(), ChaosSlot.all().get(step.slot()));
      case WATCH_AGAIN -> watch(step.who());
      default -> onPath(step.kind(), step.who());
    }
  }

  private void use(ChaosStep step) {
    ChaosSlot slot = ChaosSlot.all().get(step.slot());
    if (step.kind() == ChaosStep.Kind.REGISTER) {
      lives.put(step.epoch(), registrants[step.who()]);
      slots.put(step.epoch(), slot);
    }
    ChaosProcess life = lives.get(step.epoch());
    if (life == null || life.isKilled()) {
      return;
    }
    switch (step.kind()) {
      case REGISTER ->
          life.say("register " + step.epoch() + " " + slot.service() + " " + slot.id());
      case UPDATE -> life.say("update " + step.epoch() + " " + step.version());
      default -> life.say("close " + step.epoch());
    }
  }

  private void onServer(ChaosStep.Kind kind) {
    Server server = fixture.server().orElseThrow();
    if (kind == ChaosStep.Kind.HEAL_SERVER) {
      faults.end("server"); // now: views may be current before the fixture is content
      server.start();
      return;
    }
    if (kind == ChaosStep.Kind.STOP_SERVER) {
      // One that leaves in order may serve the streams it has for seconds: trouble, yet no outage.
      long begun = System.currentTimeMillis();
      server.stop();
      faults.add(new Spell("server", begun, System.currentTimeMillis(), false));
    }
    faults.begin("server", true);
    if (kind == ChaosStep.Kind.KILL_SERVER) {
      server.kill();
    } else if (kind == ChaosStep.Kind.PAUSE_SERVER) {
      server.pause();
    }
  }

  private void onRegistrant(ChaosStep.Kind kind, int who) {
    ChaosProcess registrant = registrants[who];
    switch (kind) {
      case FREEZE -> {
        faults.begin(registrant.name(), true);
        registrant.freeze();
      }
      case THAW -> {
        faults.end(registrant.name());
        registrant.thaw();
      }
      case KILL -> {
        long begun = System.currentTimeMillis();
        registrant.kill();
        faults.passed(registrant.name(), begun);
      }
      default -> launch(who);
    }
  }

  private void onPath(ChaosStep.Kind kind, int path) {
    Link link = links.get(path);
    long begun = System.currentTimeMillis();
    if (kind == ChaosStep.Kind.HEAL_PATH) {
      faults.end(lane(path));
      link.restore();
      return;
    }
    ChaosPath fault = ChaosPath.of(kind);
    if (fault.lasts()) {
      faults.begin(lane(path), fault.opaque());
    }
    fault.strike(link);
    if (!fault.lasts()) {
      faults.passed(lane(path), begun);
    }
  }

  private void meddle(ChaosStep.Kind kind, ChaosSlot slot) {
    long begun = System.currentTimeMillis();
    String namespace = config.namespace();
    try {
      switch (kind) {
        case EXPIRE -> fixture.expiry().orElseThrow().expire(namespace, slot.service(), slot.id());
        case DELETE -> fixture.store().orElseThrow().delete(namespace, slot.service(), slot.id());
        default -> {
          if (!history.forget()) {
            return;
          }
        }
      }
    } catch (RuntimeException | AssertionError e) {
      // Nothing there to expire, or a busy machine: an operator's command that may have worked.
      journal.note("do", "that failed: " + e);
    }
    faults.passed("meddler", begun);
  }

  private void launch(int who) {
    ChaosProcess life =
        new ChaosProcess(
            who,
            on(who),
            report -> {
              reports.add(report);
              if (!report.is("report")) {
                ChaosSlot slot = slots.get(report.epoch());
                journal.note(report.at(), "p" + who, slot + " " + report);
              }
            });
    everyLife.add(life);
    registrants[who] = life;
  }

  private void watch(int who) {
    for (String service : ChaosSlot.SERVICES) {
      String name = "w" + who;
      ChaosSight before = present.get(name + service);
      if (before != null) {
        before.close();
      }
      ChaosSight sight = new ChaosSight(name, who == 0 ? -1 : path(who), service, journal);
      everySight.add(sight);
      present.put(name + service, sight);
      sight.watch(registries.get(who));
    }
  }

  private RegistryConfig on(int path) {
    return path < links.size()
        ? links.get(path).config().withNamespace(config.namespace()).withTtl(config.ttl())
        : config;
  }

  private static int path(int watcher) {
    return ChaosSchedule.REGISTRANTS + watcher - 1;
  }

  private static String lane(int path) {
    return "path " + path;
  }

  /** Ends everybody, the store excepted; nobody is told anything any more. */
  void quiesce() {
    lister.close();
    present.values().forEach(ChaosSight::close);
    present.clear();
    registries.forEach(Registry::close);
  }

  @Override
  public void close() {
    try {
      quiesce();
    } finally {
      everyLife.forEach(ChaosProcess::close);
      links.forEach(Link::close);
    }
  }
}
