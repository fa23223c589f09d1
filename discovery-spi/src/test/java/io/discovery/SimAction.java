package io.discovery;

import io.discovery.DiscoveryException.Reason;
import io.discovery.SimKey.Cause;
import io.discovery.SimLink.Fault;
import java.util.random.RandomGenerator;

/**
 * One drawn step of a schedule.
 *
 * @param millis when, since the beginning
 * @param process to whom, where that matters
 * @param detail decides whatever there is to decide: which service, id, registration or watcher,
 *     how long
 */
record SimAction(long millis, Kind kind, int process, int detail) {

  /** What is done, and how often it is drawn relative to the others. */
  enum Kind {
    REGISTER(14),
    UPDATE(12),
    CLOSE_REGISTRATION(7),
    WATCH(10),
    CLOSE_WATCH(3),
    REFRESH(4),
    LIST(3),
    CLOSE_REGISTRY(1),
    OPEN_REGISTRY(3),
    CRASH(2),
    STALL(4),
    CUT(4),
    BLACK_HOLE(4),
    FLAKY(3),
    SLOW(3),
    SLOW_LISTINGS(2),
    DENIED(2),
    THROWING(2),
    OUTAGE(3),
    END_STREAMS(4),
    LOSE_EVENT(2),
    EXPIRE(4),
    FALSE_ALARM(2),
    REACHABLE(2),
    WIPE(2),
    RESTORE(1),
    OPERATOR_DELETE(4),
    OPERATOR_PUT(2),
    GARBAGE(4),
    MEND(2);

    final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  private static final int ALL_WEIGHTS =
      java.util.Arrays.stream(Kind.values()).mapToInt(kind -> kind.weight).sum();

  static SimAction draw(RandomGenerator random, long millis) {
    int left = random.nextInt(ALL_WEIGHTS);
    int at = 0;
    while (left >= Kind.values()[at].weight) {
      left -= Kind.values()[at++].weight;
    }
    return draw(random, Kind.values()[at], millis);
  }

  static SimAction draw(RandomGenerator random, Kind kind, long millis) {
    return new SimAction(millis, kind, random.nextInt(SimRun.PROCESSES), random.nextInt(1_000_000));
  }

  /** How long a fault lasts: mostly seconds, sometimes longer than any time to live. */
  private long duration() {
    return detail % 3 == 0 ? 100 + detail % 1_900 : 500 + detail % 14_500;
  }

  private String service() {
    return SimRun.SERVICES[detail / 7 % SimRun.SERVICES.length];
  }

  private String id() {
    return SimRun.IDS[detail / 97 % SimRun.IDS.length];
  }

  void perform(SimRun run) {
    SimProcess target = run.process(process);
    switch (kind) {
      case REGISTER -> target.register(service(), id(), detail);
      case UPDATE -> target.update(detail);
      case CLOSE_REGISTRATION -> target.closeRegistration(detail);
      case WATCH -> target.watch(service(), detail);
      case CLOSE_WATCH -> target.closeWatch(detail);
      case REFRESH -> target.refresh(detail);
      case LIST -> target.list(service());
      case CLOSE_REGISTRY -> target.closeRegistry();
      case OPEN_REGISTRY -> target.open();
      case CRASH -> target.crash();
      case STALL -> target.stall(50 + duration() / 5);
      case CUT, BLACK_HOLE, FLAKY, SLOW, SLOW_LISTINGS, DENIED, THROWING ->
          target.link().suffer(Fault.valueOf(kind.name()), duration());
      case OUTAGE -> run.outage(detail % 2 == 0 ? Fault.CUT : Fault.BLACK_HOLE, duration());
      case END_STREAMS ->
          target.endStreams(
              detail % 5 == 0
                  ? Reason.DENIED
                  : detail % 7 == 0 ? Reason.REJECTED : Reason.UNAVAILABLE);
      case LOSE_EVENT -> target.deceive();
      case EXPIRE -> target.loseOwnership(detail, true);
      case FALSE_ALARM -> target.loseOwnership(detail, false);
      case REACHABLE -> target.reachable();
      case WIPE -> run.store.wipe();
      case RESTORE -> run.store.restore(run.clock.now() - duration() * 1_000_000);
      case OPERATOR_DELETE -> run.store.remove(key(run), Cause.OPERATOR);
      case OPERATOR_PUT, GARBAGE, MEND -> overwrite(run, key(run));
    }
  }

  private SimKey key(SimRun run) {
    return run.store.key(service(), id());
  }

  /** An operator writes, and the record keeps its owner if it has one. */
  private void overwrite(SimRun run, SimKey key) {
    if (kind == Kind.MEND && (!key.now().garbage() || key.now().lease() != null)) {
      return;
    }
    byte[] value =
        kind == Kind.GARBAGE
            ? new byte[] {'{', (byte) detail}
            : run.store.encode(
                ServiceInstance.of(key.service, "10.9.9.9", run.nextPort()).withId(key.id));
    boolean keepsOwner = kind == Kind.GARBAGE && detail % 3 != 0;
    run.store.put(key, value, keepsOwner ? key.now().lease() : null, Cause.OPERATOR);
  }

  @Override
  public String toString() {
    String what =
        switch (kind) {
          case REGISTER, OPERATOR_DELETE, OPERATOR_PUT, GARBAGE, MEND ->
              " " + service() + "/" + id();
          case WATCH, LIST -> " " + service();
          case CUT, BLACK_HOLE, FLAKY, SLOW, SLOW_LISTINGS, DENIED, THROWING, OUTAGE ->
              " for " + duration() + " ms";
          case STALL -> " for " + (50 + duration() / 5) + " ms";
          default -> "";
        };
    return String.format("%8.3f s  p%d  %s%s  (%d)", millis / 1e3, process, kind, what, detail);
  }
}
