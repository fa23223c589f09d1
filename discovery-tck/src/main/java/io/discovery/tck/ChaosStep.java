package io.discovery.tck;

/**
 * One line of a {@link ChaosSchedule}. Immutable.
 *
 * @param at milliseconds after the start
 * @param who the number of the path or registrant it is about; 0 if there is only one
 * @param slot the number of the slot it is about; 0 if none
 * @param epoch the epoch it begins, continues or ends; 0 if none
 * @param version the content of an update
 */
record ChaosStep(long at, Kind kind, int who, int slot, int epoch, int version) {
  /** What a step does. */
  enum Kind {
    /** A registrant declares, changes or closes a registration. */
    REGISTER,
    UPDATE,
    CLOSE,
    /** The server ends, freezes, and is well again. */
    KILL_SERVER,
    STOP_SERVER,
    PAUSE_SERVER,
    HEAL_SERVER,
    /** A path ends its connections; is no way at all, or a bad one, until it is well again. */
    CUT,
    FINISH,
    REFUSE,
    BLACK_HOLE,
    LOSE_ANSWERS,
    LOSE_REQUESTS,
    DELAY,
    THROTTLE,
    CUT_AFTER,
    HEAL_PATH,
    /** A registrant is frozen, goes on, dies, and is started again. */
    FREEZE,
    THAW,
    KILL,
    LAUNCH,
    /** Somebody ends a lease or session, deletes a record, or makes the store forget its past. */
    EXPIRE,
    DELETE,
    FORGET,
    /** A watcher is closed and another begins. */
    WATCH_AGAIN
  }

  static ChaosStep of(long at, Kind kind, int who) {
    return new ChaosStep(at, kind, who, 0, 0, 0);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case REGISTER, UPDATE, CLOSE ->
          kind + " p" + who + " " + ChaosSlot.all().get(slot) + " e" + epoch + "v" + version;
      case EXPIRE, DELETE -> kind + " " + ChaosSlot.all().get(slot);
      case KILL_SERVER, STOP_SERVER, PAUSE_SERVER, HEAL_SERVER, FORGET -> kind.toString();
      case FREEZE, THAW, KILL, LAUNCH -> kind + " p" + who;
      case WATCH_AGAIN -> kind + " w" + who;
      default -> kind + " path " + who;
    };
  }
}
