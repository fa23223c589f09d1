package io.discovery.tck;

import static java.util.Map.entry;

import java.util.Map;

/**
 * Tests of the kit that no wrong backend can be relied on to fail, each with the reason. Those that
 * the kit skips on memory say themselves why.
 */
final class Unbreakable {
  private static final String ENGINE = "the engine alone decides this, whatever a backend does";

  static final Map<String, String> REASONS =
      Map.ofEntries(
          entry("s101_valuesAreImmutableAndEqual", "no backend takes part"),
          entry("s103_badInputFailsBeforeAnyIo", "refused before a backend is asked"),
          entry(
              "s203_anUnknownWriteLeavesNoOrphan",
              "memory drops by itself what was never acknowledged"),
          entry(
              "s306_theSlowSeeTheLast",
              "its second watcher makes the engine read again, which makes up for lost changes"),
          entry(
              "s303_nothingIsMissedDuringAReconnect",
              "what a stream loses the read after it makes up for"),
          entry("s314_anyCallIsLegalInsideACallback", ENGINE),
          entry("s318_retriesComeSoonAndThenSeldom", ENGINE),
          entry("s318_theHerdIsSpread", ENGINE),
          entry("s204_oneOpenRegistrationPerName", ENGINE),
          entry(
              "s205_updatesInFlightAreConflated",
              "what is acknowledged 50 ms too soon fails it only if the list is quick"),
          entry("s205_equalContentIsNotWritten", ENGINE),
          entry(
              "s207_registrationsSurviveARestartOfTheServer",
              "memory keeps its records through a restart, so nothing needs to be done"),
          entry("s207_stateListenersMissNothing", ENGINE),
          entry(
              "s310_lastKnownGoodOutlivesEveryTtl",
              "the engine ends the silent stream itself, so the backend may have nothing to empty"),
          entry("s315_aClosedWatcherSaysSo", ENGINE),
          entry("s315_noCallbackBeginsAfterClose", "made up for: see Odd.CALLS_AFTER_CLOSE"),
          entry("s401_anInterruptEndsTheWait", ENGINE),
          entry("s403_currentNeverBlocks", ENGINE),
          entry("s403_currentAllocatesNothing", ENGINE),
          entry("s404_whatIsNoTextHidesNothing", ENGINE),
          entry("s501_closeTwiceAndTogether", "made up for: see Odd.CANNOT_CLOSE_TWICE"),
          entry("s502_afterCloseEveryCallFails", ENGINE),
          entry("s504_theJvmExitsByItself", "in a JVM of its own, where no backend is wrong"),
          entry("s602_anUnknownNameSaysWhatThereIs", ENGINE),
          entry("s602_severalWithoutAChoiceFail", ENGINE),
          entry("s603_aBrokenProviderBreaksNoOther", ENGINE),
          entry("s701_aBadValueSaysWhatWasExpected", ENGINE),
          entry("s701_anUnknownPropertyIsWarnedAboutOnce", ENGINE),
          entry("s705_logLinesAreEscaped", ENGINE),
          entry("s702_secretsAreNotPrinted", "no backend takes part"),
          entry("s705_tooManyInstancesAreNotBelieved", "the engine counts what it is told"));

  private Unbreakable() {}
}
