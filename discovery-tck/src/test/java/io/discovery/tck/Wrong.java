package io.discovery.tck;

/** What a {@link WrongBackend} does wrong, and the test of the kit that must notice. */
enum Wrong {
  /** A complete read leaves one record out. */
  LISTS_INCOMPLETELY("s301_theFirstCallbackIsComplete"),
  /** A read is served from the one before. */
  LISTS_FROM_MEMORY("s401_listIsFreshAndComplete"),
  /** Every other change is lost. */
  LOSES_CHANGES("s303_nothingIsMissedWhileTheWatchBegins"),
  /** A failed read is taken for an empty one. */
  TAKES_FAILURE_FOR_EMPTINESS("s301_unreachableInventsNothing"),
  /** An update is a removal and an addition. */
  REMOVES_TO_UPDATE("s205_updateReplacesInPlace"),
  /** Writes are acknowledged before they are made. */
  ACKNOWLEDGES_TOO_SOON("s203_acknowledgedIsVisible"),
  /** A record that exists with equal content is left to its former owner. */
  TAKES_EXISTING_FOR_OWN("s209_restartWithTheSameIdIsSeamless"),
  /** Repairs replace a living successor. */
  FIGHTS_SUCCESSORS("s210_theSleeperMeetsItsSuccessor"),
  /** Nobody hears that a record was lost. */
  IGNORES_LOSSES("s207_aDeletedRecordIsRegisteredAgain"),
  /** Records outlive their owner by far. */
  IGNORES_THE_TTL("s206_theDeadAreGoneInTime"),
  /** A release does nothing. */
  RELEASES_NOTHING("s211_closeRemovesAtOnce"),
  /** The proof of life proves nothing. */
  CLAIMS_TO_BE_ALIVE("s309_staleWhenHalfOpen"),
  /** Neither store identity nor revision tell of lost data. */
  HIDES_RESETS("s312_aWipedStoreIsNoMassDeregistration"),
  /** A closed subscription goes on in the store. */
  LEAKS_WATCHES("s316_oneWatchHoweverManyWatchers"),
  /** Each connection leaves a thread behind. */
  LEAKS_THREADS("s503_cyclesLeaveNothingBehind");

  final String noticedBy;

  Wrong(String noticedBy) {
    this.noticedBy = noticedBy;
  }
}
