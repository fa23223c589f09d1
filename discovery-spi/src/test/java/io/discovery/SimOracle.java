package io.discovery;

/** What must hold in every simulation, whatever the faults. */
enum SimOracle {
  /** Whatever is shown was committed at some time. */
  NO_INVENTION,
  /** No older value after a newer one, and nothing closed comes back (rules 2.11, 3.4). */
  NO_RESURRECTION,
  /** Sequences grow, sets are sorted and differ, differences are exact (rules 3.4, 3.5, 3.7). */
  EXACT_NEWS,
  /** Faults do not change what is shown, and nothing leaves that was not removed (rule 3.10). */
  LAST_KNOWN_GOOD,
  /** What the store lost with its data stays for the grace (rule 3.12). */
  RESET_GRACE,
  /** The first set is at least as new as the call of watch (rule 3.2). */
  FRESH_START,
  /** CURRENT means no older than the detection bound (rule 3.9). */
  HONEST_STATUS,
  /** A list is no older than its call (rule 4.1). */
  FRESH_LIST,
  /** Once the faults are over, views and registrations become true in time (rules 2.7, 3.8). */
  CONVERGENCE,
  /** Owners write what is declared, only while they are owners (rules 2.3, 2.10, 2.11). */
  OWNERSHIP,
  /** Nothing is written that is there already (rules 2.5, 2.8). */
  NO_SPURIOUS_WRITE,
  /** States follow the transitions of {@link Registration.State} (rule 2.7). */
  TRANSITIONS,
  /** The engine uses a backend as {@link io.discovery.spi} says. */
  PROTOCOL,
  /** Attempts keep their distance (rule 3.18). */
  PACE,
  /** Closed means silent, in time (rules 3.15, 5.1, 5.2). */
  QUIET,
  /** No task of a loop ends with an exception. */
  NO_FAILURE
}
