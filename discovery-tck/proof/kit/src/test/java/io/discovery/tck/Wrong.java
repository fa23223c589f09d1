package io.discovery.tck;

import java.util.Set;
import java.util.stream.Stream;

/**
 * What a backend does wrong, the test of the kit that must notice, what it must say, and the tests
 * that may notice too because the fault breaks their rules as well; {@code s309} is all of a rule.
 */
@SuppressWarnings("ImmutableEnumChecker") // functions, never replaced
enum Wrong implements Subject {
  /** Ids that differ by case are one record. */
  IGNORES_CASE_OF_IDS(WrongRecords.ignoringCaseOfIds(), "s102_anyIdRoundTrips", "38 found"),
  /** Services that differ by case are one. */
  IGNORES_CASE_OF_SERVICES(
      WrongRecords.ignoringCaseOfServices(),
      "s102_neighboursAreNeverShown",
      "rule 1.2",
      "s102_anyServiceNameRoundTrips"),
  /** A watch of {@code orders} shows {@code orders-eu} too. */
  BLEEDS_PREFIXES(
      WrongRecords.bleedingPrefixes(), "s102_neighboursAreNeverShown", "yet a snapshot came"),
  /** Names are decoded by the backend, and then again by the engine. */
  DECODES_NAMES(WrongRecords.decodingNames(), "s102_anyServiceNameRoundTrips", "services: "),
  /** Large records are cut to fit. */
  TRUNCATES_RECORDS(WrongWrites.truncated(), "s104_everyValidInstanceRoundTrips", "id=large"),
  /** Records with unknown members are left out. */
  KNOWS_BETTER(WrongRecords.knowingBetter(), "s104_unknownFieldsAreIgnored", "missing: "),
  // 2 Registration
  /** A write that fails never completes. */
  NEVER_FAILS(
      WrongWrites.neverFailing(),
      "s201_awaitRegisteredFailsLoudly",
      "no cause in",
      "s201_registerNeverWaits s203"),
  /** A record is created empty and then filled. */
  CREATES_THEN_FILLS(WrongWrites.createdEmpty(), "s202_recordsAppearWhole", "no instance yet"),
  /** Updates are acknowledged before they are made. */
  ACKNOWLEDGES_TOO_SOON(
      WrongWrites.acknowledgedTooSoon(),
      "s203_acknowledgedIsVisible",
      "round=",
      "s203_anUnknownWriteIsResolved s205_updatesInFlightAreConflated",
      "s207_anExpiredOwnerRegistersAgain s314_anyCallIsLegalInsideACallback"),
  /** After a write with unknown outcome the own record is taken for another's. */
  FORGETS_ITS_TRACES(
      WrongWrites.forgettingTraces(),
      "s203_anUnknownWriteIsResolved",
      "refused instead of acknowledged",
      "s203_anUnknownWriteLeavesNoOrphan"),
  /** A released record is deleted once more in the background, whoever owns it by then. */
  RELEASES_AGAIN(
      WrongOwners.releasingAgain(),
      "s204_theNameIsFreeAfterClose",
      "",
      "s203_acknowledgedIsVisible s204_oneOpenRegistrationPerName"),
  /** An update deletes and creates. */
  UPDATES_BY_DELETING(
      WrongWrites.updatedByDeleting(),
      "s205_updateReplacesInPlace",
      "showed 0 records",
      "s203_anUnknownWriteIsResolved"),
  /** An update is told as a removal and an addition. */
  REMOVES_TO_UPDATE(
      WrongViews.removingToUpdate(),
      "s205_updateReplacesInPlace",
      "Removed[",
      "s203_anUnknownWriteIsResolved"),
  /** Records outlive their owner by far. */
  IGNORES_THE_TTL(
      WrongWrites.lastingTooLong(),
      "s206_theDeadAreGoneInTime",
      "0 expected, 1 found",
      "s203_anUnknownWriteLeavesNoOrphan s211_closeInAnOutageReturnsInTime",
      "s501_closeWhileRefused"),
  /** All registrations get the TTL of the registry. */
  GRANTS_ONE_TTL(WrongWrites.grantedByDefault(), "s206_ttlIsPerRegistration", "for three times"),
  /** Renewal ends after two times to live. */
  EXPIRES_THE_LIVING(
      WrongWrites.renewedTwice(), "s206_theLivingNeverExpire", "yet a snapshot came"),
  /** Nobody hears that a record was lost. */
  IGNORES_LOSSES(
      WrongOwners.deafToLosses(),
      "s207_aDeletedRecordIsRegisteredAgain",
      "told were [REGISTERED]",
      "s207"),
  /** A second loss is not told. */
  HEALS_ONCE(WrongOwners.healedOnce(), "s207_healsAgainAndAgain", "heal number 2"),
  /** A heal writes what was there before. */
  HEALS_WITH_OLD_CONTENT(
      WrongOwners.healedWithOldContent(), "s207_theLatestContentAfterAnOutage", "but found"),
  /** Each new connection counts as a loss of everything. */
  REWRITES_ON_RECONNECT(
      WrongOwners.rewrittenOnReconnect(),
      "s208_aPlainReconnectWritesNothing",
      "writes after a plain reconnect"),
  /** A record that exists with equal content is left to its former owner. */
  TAKES_EXISTING_FOR_OWN(
      WrongOwners.takingExistingForOwn(),
      "s209_restartWithTheSameIdIsSeamless",
      "fresh list of invoices"),
  /** A living predecessor is not replaced. */
  NEVER_TAKES_OVER(
      WrongOwners.neverTakingOver(),
      "s209_restartWithTheSameIdIsSeamless",
      "was superseded",
      "s210"),
  /** A take-over deletes and creates. */
  TAKES_OVER_WITH_A_GAP(
      WrongOwners.takingOverWithGap(), "s209_restartWithTheSameIdIsSeamless", "Removed[", "s210"),
  /** Repairs replace a living successor. */
  FIGHTS_SUCCESSORS(
      WrongOwners.fightingSuccessors(),
      "s210_theSleeperMeetsItsSuccessor",
      "becomes SUPERSEDED",
      "s210"),
  /** A release deletes the record by its name, whoever owns it. */
  CLOSES_ITS_SUCCESSOR(
      WrongOwners.releasingByName(), "s210_theSleeperMeetsItsSuccessor", "rule 2.10", "s210"),
  /** A release does nothing. */
  RELEASES_NOTHING(
      WrongOwners.neverReleasing(),
      "s211_closeRemovesAtOnce",
      "not expected: ",
      "s211 s212_closingOneLeavesTheOthers s401_listIsFreshAndComplete"),
  /** A release is acknowledged before it is made. */
  RELEASES_TOO_LATE(
      WrongOwners.releasingLate(),
      "s203_acknowledgedIsVisible",
      "not expected: ",
      "s203_anUnknownWriteLeavesNoOrphan s211_closeRemovesAtOnce s401_listIsFreshAndComplete"),
  /** A heal of the backend's own does not know that the record was released. */
  RESURRECTS_THE_CLOSED(WrongOwners.resurrected(), "s211_closeBeatsTheHeal", "yet a snapshot came"),
  /** Registrations share a lease, which ends with the first of them. */
  SHARES_ONE_LEASE(
      WrongOwners.sharingOneLease(),
      "s212_closingOneLeavesTheOthers",
      "Removed[",
      "s401_listIsFreshAndComplete"),
  // 3 Watching
  /** A complete read of two pages loses what is between them. */
  LOSES_PAGES(
      WrongViews.losingPages(),
      "s301_theFirstCallbackIsComplete",
      "19 found",
      "s102_anyIdRoundTrips s303_nothingIsMissedWhileTheWatchBegins"),
  /** A failed read is taken for an empty one. */
  TAKES_FAILURE_FOR_EMPTINESS(
      WrongOutages.takingFailureForEmptiness(),
      "s301_unreachableInventsNothing",
      "yet a snapshot came"),
  /** A watch begins with what a replica knew a while ago. */
  STARTS_FROM_A_REPLICA(
      WrongViews.startingFromReplica(), "s302_aFreshStartIsFresh", "first snapshot: "),
  /** What happens between the first read and the stream is lost. */
  LOSES_THE_SEAM(
      WrongViews.losingTheSeam(),
      "s303_nothingIsMissedWhileTheWatchBegins",
      "missing: ",
      "s302_aFreshStartIsFresh s304_timeNeverRunsBackwards"),
  /** An old change is told again after newer ones. */
  REPEATS_OLD_NEWS(WrongViews.repeatingOldNews(), "s304_timeNeverRunsBackwards", "went back"),
  /** Only who comes and goes is told, not what changes. */
  WATCHES_NAMES_ONLY(
      WrongViews.watchingNamesOnly(),
      "s306_nextWaitsForNews",
      "the news",
      "s304_timeNeverRunsBackwards s305_changesAreExact s306_theSlowSeeTheLast",
      "s313_aHugeRecordHidesNothing s314"),
  /** A stream that ended begins again with nothing and is filled by and by. */
  EMPTIES_ON_RECONNECT(
      WrongOutages.filledAgain(),
      "s307_aCutWithoutChangesIsSilent",
      "yet a snapshot came",
      "s307 s310_lastKnownGoodOutlivesEveryTtl"),
  /** What happened while a stream was broken is lost. */
  LOSES_EVENTS_ON_RECONNECT(
      WrongOutages.resumed(),
      "s308_doubleCutsLoseNothing",
      "90 expected",
      "s307_anOutageWithChangesIsOneCallback s308_theWatchSurvivesRestarts",
      "s312_aWipedStoreIsNoMassDeregistration"),
  /** The end of a stream is not told. */
  NEVER_ENDS(
      WrongOutages.neverEnding(),
      "s309_staleWhenRefused",
      "phase STALE",
      "s307_anOutageWithChangesIsOneCallback s308 s309 s310_lastKnownGoodOutlivesEveryTtl",
      "s312_aWipedStoreIsNoMassDeregistration"),
  /** The proof of life proves nothing. */
  CLAIMS_TO_BE_ALIVE(
      WrongOutages.claimingToBeAlive(),
      "s309_staleWhenHalfOpen",
      "phase STALE",
      "s309_staleWhenTheServerIsFrozen"),
  /** The proof of life is waited for on the event loop. */
  BLOCKS_THE_LOOP(
      WrongOutages.blockingTheLoop(),
      "s309_staleWhenTheServerIsFrozen",
      "phase STALE",
      "s309_staleWhenHalfOpen s310_lastKnownGoodOutlivesEveryTtl"),
  /** A broken stream takes all records along. */
  EMPTIES_ON_OUTAGE(
      WrongOutages.emptiedByOutage(),
      "s307_anOutageWithoutChangesIsSilent",
      "yet a snapshot came",
      "s307 s309 s310 s312_aWipedStoreIsNoMassDeregistration"),
  /** The last one to leave stays in view. */
  HIDES_EMPTINESS(
      WrongViews.losingEmptiness(),
      "s311_trueEmptinessIsShown",
      "0 expected, 1 found",
      "s211_closeRemovesAtOnce s302_aFreshStartIsFresh s501_closeDeregistersEverything"),
  /** Neither store identity nor revision tell of lost data. */
  HIDES_RESETS(
      WrongOutages.hidingResets(),
      "s312_aWipedStoreIsNoMassDeregistration",
      "id=lost",
      "s312_theGraceEnds"),
  /** One bad record makes the whole service unreadable. */
  FAILS_ON_BAD_RECORDS(
      WrongRecords.failingOnBadRecords(),
      "s313_badRecordsHideNothing",
      "cannot be read",
      "s313_aKnownIdKeepsItsLastGoodValue"),
  /** A read stops at the first bad record. */
  STOPS_AT_BAD_RECORDS(
      WrongRecords.stoppingAtBadRecords(),
      "s313_badRecordsHideNothing",
      "id=good",
      "s313_aKnownIdKeepsItsLastGoodValue"),
  /** A record gone bad is told as removed. */
  TAKES_BAD_FOR_ABSENT(
      WrongRecords.takingBadForAbsent(),
      "s313_aKnownIdKeepsItsLastGoodValue",
      "yet a snapshot came",
      "s313"),
  /** A late older write undoes a repair, which is repaired, and so on. */
  UNDOES_REPAIRS(WrongOwners.undoneRepairs(), "s313_anOverwrittenRecordComesToRest", "rest"),
  /** A closed watch goes on in the store. */
  LEAKS_WATCHES(
      WrongLives.leakingWatches(), "s316_oneWatchHoweverManyWatchers", "watches; there are"),
  /** A watch creates the service. */
  CREATES_WHAT_IS_WATCHED(
      WrongReads.creatingWhatIsWatched(),
      "s316_aWatchLeavesNothingBehind",
      "made the service appear"),
  /** A watch that replaces another is refused at first. */
  READS_AGAIN_WITH_TROUBLE(
      WrongViews.readingAgainWithTrouble(),
      "s317_viewsAreReadAgain",
      "STALE",
      "s302_aFreshStartIsFresh s307"),
  /** A store that is away is asked again and again. */
  RETRIES_HOT(
      WrongOutages.retryingHot(),
      "s318_aDeadStoreIsSeldomKnockedAt",
      "connections tried in about four seconds"),
  // 4 Reading
  /** A list of two pages loses what is between them. */
  LISTS_PARTIALLY(
      WrongReads.losingPages(),
      "s401_listIsFreshAndComplete",
      "16 expected, 15 found",
      "s102_anyIdRoundTrips"),
  /** A list is served from the one before. */
  LISTS_FROM_MEMORY(WrongReads.remembered(), "s401_listIsFreshAndComplete", "2 expected, 1 found"),
  /** Services without records are listed. */
  KEEPS_EMPTY_SERVICES(
      WrongReads.keepingEmptyServices(),
      "s401_listIsFreshAndComplete",
      "services: [invoices, orders]"),
  /** A list without a store is empty. */
  GUESSES(
      WrongReads.guessing(),
      "s401_listFailsRatherThanGuess",
      "without a store succeeded",
      "s401_anInterruptEndsTheWait"),
  /** A complete read of more than a megabyte fails. */
  CHOKES_ON_LARGE_READS(
      WrongRecords.chokingOnLargeReads(),
      "s402_tenThousandInstances",
      "cannot be read",
      "s313_aHugeRecordHidesNothing"),
  /** Settings are read once and never again. */
  READS_SETTINGS_ONCE(
      WrongReads.readingSettingsOnce(),
      "s404_settingsAreFollowed",
      "settings {grpc={}}",
      "s404_whatIsNoTextHidesNothing"),
  /** In an outage there are no settings. */
  FORGETS_SETTINGS(WrongReads.forgettingSettings(), "s404_settingsOutliveAnOutage", "changed"),
  /** What has settings is a service. */
  LISTS_SETTINGS(WrongReads.listingSettings(), "s404_settingsAreNoInstances", "services: [orders]"),
  // 5 Lifecycle
  /** Closing waits for a store that is not there. */
  CLOSES_FOR_EVER(
      WrongLives.closingForEver(),
      "s501_closeInABlackHole",
      "the end of threads",
      "s501_closeWhileRefused"),
  /** Who was closed while the store was away still tries to reach it. */
  RECONNECTS_AFTER_CLOSE(
      WrongLives.reconnectingAfterClose(), "s502_nothingFollowsClose", "connections after close"),
  /** Each connection leaves a thread behind. */
  LEAKS_THREADS(
      WrongLives.leakingThreads(),
      "s503_cyclesLeaveNothingBehind",
      "-leaked",
      "s501 s503_theStoreCountsNothingMore"),
  /** Connections stay open. */
  LEAKS_CONNECTIONS(
      WrongLives.leakingConnections(), "s503_theStoreCountsNothingMore", "connections; there are"),
  /** Leases stay alive. */
  LEAKS_LEASES(
      WrongLives.leakingLeases(),
      "s503_theStoreCountsNothingMore",
      "owners; there are",
      "s505_oneConnectionPerRegistry"),
  /** Threads bear the name that the JVM makes up. */
  HAS_NAMELESS_THREADS(
      WrongLives.namelessThreads(), "s504_threadsAreDaemonsWithNames", "says nothing"),
  /** Threads keep the JVM from ending. */
  HAS_USER_THREADS(WrongLives.userThreads(), "s504_threadsAreDaemonsWithNames", "is no daemon"),
  /** Every watch has a connection of its own. */
  CONNECTS_PER_WATCH(
      WrongLives.connectingPerWatch(), "s505_oneConnectionPerRegistry", "11 connections"),
  // 6 and 7 Choice, configuration and security
  /** Works only with an option given in code. */
  NEEDS_CODE(WrongLives.needingCode(), "s601_foundByName", "wrong.link"),
  /** Failures quote the password. */
  PRINTS_SECRETS(
      WrongRecords.printingSecrets(), "s702_secretsAreNeitherThrownNorLogged", "a password in"),
  /** Namespaces that begin alike are one. */
  MIXES_NAMESPACES(
      WrongRecords.mixingNamespaces(), "s604_severalRegistriesInOneJvm", "1 expected, 2 found"),
  /** Options are accepted that mean nothing. */
  ACCEPTS_ANY_OPTION(
      Detour::new, "s701_anUnknownOptionFails", "an unknown option succeeded", "s701");

  private final Fault fault;
  final String noticedBy;
  final String says;
  private final Set<String> allowed;

  Wrong(Fault fault, String noticedBy, String says, String... alsoBy) {
    this.fault = fault;
    this.says = says;
    this.noticedBy = noticedBy;
    this.allowed = Set.of((noticedBy + " " + String.join(" ", alsoBy)).split(" "));
  }

  @Override
  public Fault fault() {
    return fault;
  }

  @Override
  public String provider() {
    return this == ACCEPTS_ANY_OPTION ? "careless" : "wrong";
  }

  @Override
  public boolean expects(KitRun.Outcome outcome) {
    return outcome.test().equals(noticedBy)
        ? outcome.failed() && isNamedIn(outcome.message())
        : Subject.super.expects(outcome);
  }

  /** Tells whether the failure of the test made for it names the rule and what was seen. */
  boolean isNamedIn(String message) {
    return message.contains("rule " + KitRun.rule(noticedBy)) && message.contains(says);
  }

  @Override
  public Stream<String> chapters() {
    return Stream.of(noticedBy);
  }

  @Override
  public boolean mayFail(String test) {
    return allowed.stream().anyMatch(test::startsWith);
  }
}
